package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.TaskChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/** Gives tasks of runs that have ended the states that operators want, see {@code StateStore.mark}. */
final class TaskMarks {
    private final String lock;
    private final String mark;
    private final String fail;

    TaskMarks(Database database) {
        String runs = database.table("pipeline_runs");
        this.lock = "select state from " + runs
                + " where run_id = ? and state in ('SUCCEEDED', 'FAILED', 'CANCELLED') and " + JdbcLeaseStore.IS_FREE
                + " for update";
        this.mark = "insert into " + database.table("pipeline_tasks") + " as t (run_id, task_id, state, attempt,"
                + " started_at, ended_at, output, error_type, error_message, error_stack)"
                + " select ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ? on conflict (run_id, task_id, map_index) do update set"
                + " state = excluded.state, attempt = excluded.attempt, started_at = excluded.started_at,"
                + " ended_at = excluded.ended_at, rows_read = 0, rows_written = 0, rows_rejected = 0,"
                + " output = excluded.output, cached_from = null, error_type = excluded.error_type,"
                + " error_message = excluded.error_message, error_stack = excluded.error_stack,"
                + " attempts = case when t.started_at is null then t.attempts else t.attempts || "
                + TasksTable.CURRENT_ATTEMPT + " end where t.attempt = excluded.attempt - 1";
        this.fail = "update " + runs + " set state = 'FAILED', error_type = ?, error_message = ?, error_stack = ?"
                + " where run_id = ?";
    }

    boolean set(Connection connection, RunId run, TaskChange change, @Nullable String output) throws SQLException {
        RunState state = locked(connection, run);
        if (state == null || !marked(connection, run, change, output)) {
            return false;
        }
        if (state == RunState.SUCCEEDED && change.state() == TaskState.FAILED) {
            try (PreparedStatement update = connection.prepareStatement(fail)) {
                Columns.setError(update, 1, change.error());
                update.setObject(4, run.value());
                update.executeUpdate();
            }
        }
        return true;
    }

    private @Nullable RunState locked(Connection connection, RunId run) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(lock)) {
            select.setObject(1, run.value());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? RunState.valueOf(row.getString(1)) : null;
            }
        }
    }

    private boolean marked(Connection connection, RunId run, TaskChange change, @Nullable String output)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(mark)) {
            insert.setObject(1, run.value());
            insert.setString(2, change.taskId());
            insert.setString(3, change.state().name());
            insert.setInt(4, change.attempt());
            insert.setObject(5, Columns.timestamp(change.at()));
            insert.setObject(6, Columns.timestamp(change.at()));
            insert.setObject(7, output, Types.VARCHAR);
            Columns.setError(insert, 8, change.error());
            return insert.executeUpdate() == 1;
        }
    }
}
