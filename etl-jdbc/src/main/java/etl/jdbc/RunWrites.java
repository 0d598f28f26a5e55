package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records how a run proceeds, only if its stored state allows it. An end that is stored already, because its first answer
 * was lost, is recorded again without effect.
 */
final class RunWrites {
    /** A run with an owner has the owner's epoch. */
    private static final String OWNED = " and (?::bigint is null or epoch = ?)";

    private final PatientDatabase database;
    private final String start;
    private final String end;
    private final String reopen;

    RunWrites(PatientDatabase database) {
        this.database = database;
        String table = database.database().table("pipeline_runs");
        this.start = "update " + table + " set state = 'RUNNING', started_at = coalesce(started_at, ?)"
                + " where run_id = ? and state in ('QUEUED', 'RUNNING')" + OWNED;
        this.end = "update " + table + " set state = ?, ended_at = ?, error_type = ?, error_message = ?,"
                + " error_stack = ?, owner = null, lease_until = null where run_id = ?"
                + " and (state in ('QUEUED', 'RUNNING') or (state = ? and ended_at = ?))" + OWNED;
        this.reopen = "update " + table + " set state = 'RUNNING', ended_at = null, error_type = null,"
                + " error_message = null, error_stack = null, cancel_requested_at = null where run_id = ? and purged_at is null"
                + OWNED;
    }

    void reopened(RunId run, @Nullable Lease lease, Set<String> taskIds) {
        String what = "reopening run " + run;
        boolean done = database.transaction(what, (connection, again) -> {
            try (PreparedStatement update = connection.prepareStatement(reopen)) {
                update.setObject(1, run.value());
                setOwned(update, 2, lease);
                if (update.executeUpdate() == 0) {
                    return false;
                }
            }
            TasksTable.reopen(connection, database.database().table("pipeline_tasks"), run, taskIds);
            return true;
        });
        if (!done) {
            throw new StaleWriteException(what + " is refused: another process has taken it, or it was purged");
        }
    }

    void started(RunId run, @Nullable Lease lease, Instant at) {
        update("recording the start of run " + run, start, statement -> {
            statement.setObject(1, Columns.timestamp(at));
            statement.setObject(2, run.value());
            setOwned(statement, 3, lease);
        });
    }

    void ended(RunId run, @Nullable Lease lease, RunState state, Instant at, Optional<ErrorInfo> error) {
        update("recording the end of run " + run, end, statement -> {
            statement.setString(1, state.name());
            statement.setObject(2, Columns.timestamp(at));
            Columns.setError(statement, 3, error);
            statement.setObject(6, run.value());
            statement.setString(7, state.name());
            statement.setObject(8, Columns.timestamp(at));
            setOwned(statement, 9, lease);
        });
    }

    private static void setOwned(PreparedStatement statement, int first, @Nullable Lease lease) throws SQLException {
        Long epoch = lease == null ? null : lease.epoch();
        statement.setObject(first, epoch, Types.BIGINT);
        statement.setObject(first + 1, epoch, Types.BIGINT);
    }

    private void update(String what, String sql, Binding binding) {
        int rows;
        try {
            rows = database.inTransaction((connection, again) -> {
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    binding.bind(statement);
                    return statement.executeUpdate();
                }
            });
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + failure.getMessage(), failure);
        }
        if (rows == 0) {
            throw new StaleWriteException(
                    what + " is refused: the run is unknown, has ended already, or was taken by" + " another process");
        }
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    private interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }
}
