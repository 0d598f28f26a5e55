package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The SQL of the progress of {@code pipeline_runs}. */
final class JdbcRunStore implements RunStore {
    /** A run with an owner has the owner's epoch. */
    private static final String OWNED = " and (?::bigint is null or epoch = ?)";

    private final Database database;
    private final String start;
    private final String end;
    private final String reopen;

    JdbcRunStore(Database database) {
        this.database = database;
        String table = database.table("pipeline_runs");
        this.start = "update " + table + " set state = 'RUNNING', started_at = coalesce(started_at, ?)"
                + " where run_id = ? and state in ('QUEUED', 'RUNNING')" + OWNED;
        this.end = "update " + table + " set state = ?, ended_at = ?, error_type = ?, error_message = ?,"
                + " error_stack = ?, owner = null, lease_until = null where run_id = ?"
                + " and (state in ('QUEUED', 'RUNNING') or (state = ? and ended_at = ?))" + OWNED;
        this.reopen = "update " + table + " set state = 'RUNNING', ended_at = null, error_type = null,"
                + " error_message = null, error_stack = null, cancel_requested_at = null where run_id = ? and purged_at is null"
                + OWNED;
    }

    @Override
    public boolean reopen(RunId run, @Nullable Lease lease, Set<String> taskIds) throws SQLException {
        return database.inTransaction(connection -> {
            try (PreparedStatement update = connection.prepareStatement(reopen)) {
                update.setObject(1, run.value());
                setOwned(update, 2, lease);
                if (update.executeUpdate() == 0) {
                    return false;
                }
            }
            TasksTable.reopen(connection, database.table("pipeline_tasks"), run, taskIds);
            return true;
        });
    }

    @Override
    public boolean start(RunId run, @Nullable Lease lease, Instant at) throws SQLException {
        return update(start, statement -> {
            statement.setObject(1, Columns.timestamp(at));
            statement.setObject(2, run.value());
            setOwned(statement, 3, lease);
        });
    }

    @Override
    public boolean end(RunId run, @Nullable Lease lease, RunState state, Instant at, Optional<ErrorInfo> error)
            throws SQLException {
        return update(end, statement -> {
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

    private boolean update(String sql, Binding binding) throws SQLException {
        return database.inStatement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                binding.bind(statement);
                return statement.executeUpdate() > 0;
            }
        });
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    private interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }
}
