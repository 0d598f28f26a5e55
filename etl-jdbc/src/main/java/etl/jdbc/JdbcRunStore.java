package etl.jdbc;

import etl.core.RunId;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The SQL that makes runs ready to be executed again. */
final class JdbcRunStore implements RunStore {
    private final Database database;
    private final String reopen;

    JdbcRunStore(Database database) {
        this.database = database;
        this.reopen = "update " + database.table("pipeline_runs")
                + " set state = 'RUNNING', ended_at = null, error_type = null, error_message = null,"
                + " error_stack = null, cancel_requested_at = null where run_id = ? and purged_at is null"
                + RunUpdates.OWNED;
    }

    @Override
    public boolean reopen(RunId run, @Nullable Lease lease, Set<String> taskIds) throws SQLException {
        return database.inTransaction(connection -> {
            try (PreparedStatement update = connection.prepareStatement(reopen)) {
                update.setObject(1, run.value());
                RunUpdates.setOwned(update, 2, lease);
                if (update.executeUpdate() == 0) {
                    return false;
                }
            }
            TasksTable.reopen(connection, database.table("pipeline_tasks"), run, taskIds);
            return true;
        });
    }
}
