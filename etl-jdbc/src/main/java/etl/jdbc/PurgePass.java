package etl.jdbc;

import etl.core.spi.Purged;
import etl.core.spi.Retention;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One purge, in transactions of at most 100 runs and 5,000 rows, until nothing is left to do or its thread is interrupted.
 * Not safe for use by many threads.
 */
final class PurgePass {
    static final int MOST_RUNS = 100;
    static final int MOST_ROWS = 5_000;

    private final PatientDatabase database;
    private final ExpiredRuns expired;
    private final RunDeletion deletion;
    private @Nullable OffsetDateTime position;
    private Purged purged = Purged.NOTHING;

    PurgePass(PatientDatabase database) {
        this.database = database;
        this.expired = new ExpiredRuns(database.database());
        this.deletion = new RunDeletion(database.database());
    }

    Purged purged() {
        return purged;
    }

    /** Finishes what purges before have left, too. */
    void purge(Retention retention) {
        finishMarked();
        for (PurgeScope scope : scopes(retention)) {
            position = null;
            while (step(connection -> next(connection, scope))) {
                finishMarked();
            }
        }
    }

    private List<PurgeScope> scopes(Retention retention) {
        return isInterrupted()
                ? List.of()
                : database.transaction(
                        "looking for runs to purge", (connection, again) -> expired.scopes(connection, retention));
    }

    private void finishMarked() {
        boolean more = true;
        while (more) {
            more = step(connection -> some(connection, deletion.lockMarked(connection)));
        }
    }

    /** Finishes one run, for which it waits if another purge is about to. */
    void finish(UUID marked) {
        boolean more = true;
        while (more) {
            more = step(connection -> some(connection, deletion.lockMarked(connection, marked)));
        }
    }

    private boolean step(Database.Work<Step> work) {
        if (isInterrupted()) {
            return false;
        }
        Step step = database.transaction("purging runs", (connection, again) -> work.with(connection));
        purged = purged.plus(step.purged());
        position = step.position() == null ? position : step.position();
        return step.isDone();
    }

    private static boolean isInterrupted() {
        return Thread.currentThread().isInterrupted();
    }

    /**
     * What one transaction has done.
     *
     * @param isDone whether there was anything to do
     * @param position where the next one goes on, so that the index entries of what was deleted are not read again
     */
    private record Step(
            boolean isDone, Purged purged, @Nullable OffsetDateTime position) {
        static final Step NOTHING_TO_DO = new Step(false, Purged.NOTHING, null);
    }

    private Step some(Connection connection, Optional<UUID> marked) throws SQLException {
        return marked.isEmpty()
                ? Step.NOTHING_TO_DO
                : new Step(true, deletion.deleteSome(connection, marked.get(), MOST_ROWS), null);
    }

    /** Deletes the next runs of a scope, or marks the next one if it is a large one. */
    private Step next(Connection connection, PurgeScope scope) throws SQLException {
        List<ExpiredRun> locked = expired.lock(connection, scope, position, MOST_RUNS);
        if (locked.isEmpty()) {
            return Step.NOTHING_TO_DO;
        }
        // Rows are counted for so many runs only as their tasks let expect to fit.
        List<Integer> tasks = locked.stream().map(ExpiredRun::tasks).toList();
        List<UUID> ids = new ArrayList<>();
        locked.subList(0, Math.max(1, fitting(tasks))).forEach(run -> ids.add(run.id()));
        int fitting = fitting(deletion.rows(connection, ids, MOST_ROWS + 1));
        if (fitting == 0) {
            deletion.mark(connection, ids.get(0));
            return new Step(true, Purged.NOTHING, locked.get(0).position());
        }
        return new Step(
                true,
                deletion.delete(connection, ids.subList(0, fitting)),
                locked.get(fitting - 1).position());
    }

    /** How many of the first ones have no more rows together than a transaction should delete. */
    private static int fitting(List<Integer> rows) {
        int fitting = 0;
        long sum = 0;
        for (int ofOne : rows) {
            sum += ofOne;
            if (sum > MOST_ROWS) {
                return fitting;
            }
            fitting++;
        }
        return fitting;
    }
}
