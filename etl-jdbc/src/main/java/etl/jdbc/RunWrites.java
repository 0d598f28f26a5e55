package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * Records how a run proceeds, only if its stored state allows it. An end that is stored already, because its first answer
 * was lost, is recorded again without effect.
 */
final class RunWrites {
    private final PatientDatabase database;
    private final String start;
    private final String end;

    RunWrites(PatientDatabase database) {
        this.database = database;
        String table = database.database().table("pipeline_runs");
        this.start = "update " + table + " set state = 'RUNNING', started_at = coalesce(started_at, ?)"
                + " where run_id = ? and state in ('QUEUED', 'RUNNING')";
        this.end = "update " + table + " set state = ?, ended_at = ?, error_type = ?, error_message = ?,"
                + " error_stack = ? where run_id = ?"
                + " and (state in ('QUEUED', 'RUNNING') or (state = ? and ended_at = ?))";
    }

    void started(RunId run, Instant at) {
        update("recording the start of run " + run, start, statement -> {
            statement.setObject(1, Columns.timestamp(at));
            statement.setObject(2, run.value());
        });
    }

    void ended(RunId run, RunState state, Instant at, Optional<ErrorInfo> error) {
        update("recording the end of run " + run, end, statement -> {
            statement.setString(1, state.name());
            statement.setObject(2, Columns.timestamp(at));
            Columns.setError(statement, 3, error);
            statement.setObject(6, run.value());
            statement.setString(7, state.name());
            statement.setObject(8, Columns.timestamp(at));
        });
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
            throw new StaleWriteException(what + " is refused: the run is unknown, or has ended already");
        }
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    private interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }
}
