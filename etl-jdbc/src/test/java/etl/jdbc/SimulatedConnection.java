package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.NewRun;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StateStoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of one process to the database. Requests and answers take their time and may be lost; a transaction whose answer
 * is lost may be committed, or rolled back, some time later, and holds its locks until then. Other
 * transactions of the same run wait for it; reading waits for nothing.
 */
final class SimulatedConnection implements BatchStore, LeaseStore, RunStore {
    private final SimulatedProcess process;
    private final SimulatedDatabase database;
    private final DatabaseLocks locks;
    private final VirtualTime time;
    private final Weather weather;
    private final Defect defect;

    SimulatedConnection(
            SimulatedProcess process,
            SimulatedDatabase database,
            DatabaseLocks locks,
            VirtualTime time,
            Weather weather,
            Defect defect) {
        this.process = process;
        this.database = database;
        this.locks = locks;
        this.time = time;
        this.weather = weather;
        this.defect = defect;
    }

    // --- what is written --------------------------------------------------------------------------------------------

    @Override
    public Unwritten apply(List<StateWrite> batch) throws SQLException {
        Set<RunId> runs = Set.copyOf(batch.stream().map(StateWrite::run).toList());
        switch (defect) {
            case CONFIRMED_BEFORE_DURABLE -> {
                time.after(weather.latency() + 20_000, process, () -> {
                    if (!process.isCutOff()) {
                        database.apply(batch);
                    }
                });
                return new Unwritten(Set.of(), Set.of());
            }
            case UNKNOWN_NOT_SENT_AGAIN -> {
                try {
                    return transaction(runs, () -> database.apply(batch));
                } catch (SQLException unknown) {
                    return new Unwritten(Set.of(), Set.of());
                }
            }
            case SENT_AGAIN_UNAWARES -> {
                try {
                    return transaction(runs, () -> database.apply(batch));
                } catch (SQLException unknown) {
                    return transaction(runs, () -> database.apply(batch));
                }
            }
            case EPOCH_COMPARED_BEFORE -> {
                Set<Lease> lost = transaction(runs, () -> database.lost(batch));
                time.pause(weather.doubt());
                return transaction(runs, () -> database.apply(batch, lost));
            }
            default -> {
                return transaction(runs, () -> database.apply(batch));
            }
        }
    }

    boolean insert(NewRun run, String owner, Duration length, boolean again) throws SQLException {
        return transaction(
                Set.of(run.id()),
                () -> (again && database.isRecorded(run, owner)) || database.insert(run, owner, length));
    }

    @Override
    public long take(RunId run, String owner, Duration length) throws SQLException {
        return transaction(Set.of(run), () -> database.take(run, owner, length));
    }

    @Override
    public Map<RunId, Long> prolong(Collection<RunId> runs, String owner, Duration length) throws SQLException {
        return transaction(runs, () -> database.prolong(runs, owner, length));
    }

    @Override
    public void release(RunId run, long epoch) throws SQLException {
        transaction(Set.of(run), () -> {
            database.release(run, epoch);
            return true;
        });
    }

    @Override
    public boolean reopen(RunId run, @Nullable Lease lease, Set<String> taskIds) throws SQLException {
        return transaction(Set.of(run), () -> database.reopen(run, lease, taskIds));
    }

    // --- what is read -----------------------------------------------------------------------------------------------

    <T> T read(Supplier<T> query) {
        return once(Set.of(), query);
    }

    /** Not tried again. */
    <T> T once(Collection<RunId> runs, Supplier<T> work) {
        try {
            return transaction(runs, work);
        } catch (SQLException failure) {
            throw new StateStoreException(failure.getMessage(), failure);
        }
    }

    private <T> T transaction(Collection<RunId> runs, Supplier<T> work) throws SQLException {
        if (process.isDead()) {
            throw new VirtualTime.Killed();
        }
        time.pause(weather.latency());
        if (process.isCutOff() || weather.losesRequest()) {
            throw lost("a request");
        }
        long begun = time.now();
        awaitLocks(runs);
        if (!runs.isEmpty() && weather.isInDoubt()) {
            long decided = weather.doubt();
            boolean committed = weather.coin();
            locks.hold(runs, time.now() + decided);
            time.note(() -> process + " is not answered; its transaction commits: " + committed);
            if (committed) {
                time.after(decided, null, () -> decide(begun, work));
            }
            throw lost("an answer, while it is not decided");
        }
        T result = locks.at(begun, work);
        time.pause(weather.latency());
        if (process.isCutOff() || weather.losesAnswer()) {
            throw lost("an answer");
        }
        return result;
    }

    /** Nobody hears how it ends. */
    private void decide(long begun, Supplier<?> work) {
        try {
            locks.at(begun, work);
        } catch (RunOwnedException refused) {
            // Rolled back.
        }
    }

    private void awaitLocks(Collection<RunId> runs) throws SQLException {
        long latest = time.now() + weather.longestWait();
        for (long until = locks.heldUntil(runs); until > time.now(); until = locks.heldUntil(runs)) {
            time.pause(Math.min(until, latest) - time.now());
            if (until > latest) {
                throw lost("a request that waited for a lock");
            }
        }
    }

    private SQLException lost(String what) {
        process.notCommitted();
        time.note(() -> process + " loses " + what);
        time.pause(weather.timeToNotice());
        return new SQLException(what + " was lost", "08006");
    }
}
