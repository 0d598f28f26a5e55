package etl.jdbc;

import etl.core.RunId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The SQL that makes runs ready to be executed again. */
final class JdbcRunStore implements RunStore {
    private final Database database;
    private final String reopenOwned;
    private final String reopenEnded;
    private final String find;

    JdbcRunStore(Database database) {
        this.database = database;
        String runs = database.table("pipeline_runs");
        String exists = " where run_id = ? and purged_at is null";
        String reopen = "update " + runs
                + " set state = 'RUNNING', ended_at = null, error_type = null, error_message = null,"
                + " error_stack = null, cancel_requested_at = null" + exists;
        this.reopenOwned = reopen + " and epoch = ?";
        this.reopenEnded = reopen + " and (state in ('FAILED', 'CANCELLED') or (state = 'SUCCEEDED' and ?))";
        this.find = "select from " + runs + exists;
    }

    @Override
    public boolean reopen(RunId run, @Nullable Lease lease, Set<String> taskIds) throws SQLException {
        return database.inTransaction(connection -> {
            if (!isReopened(connection, run, lease, taskIds)) {
                return lease == null && exists(connection, run);
            }
            TasksTable.reopen(connection, database.table("pipeline_tasks"), run, taskIds);
            return true;
        });
    }

    private boolean isReopened(Connection connection, RunId run, @Nullable Lease lease, Set<String> taskIds)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(lease == null ? reopenEnded : reopenOwned)) {
            update.setObject(1, run.value());
            if (lease == null) {
                update.setBoolean(2, !taskIds.isEmpty());
            } else {
                update.setLong(2, lease.epoch());
            }
            return update.executeUpdate() == 1;
        }
    }

    private boolean exists(Connection connection, RunId run) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(find)) {
            select.setObject(1, run.value());
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }
}
