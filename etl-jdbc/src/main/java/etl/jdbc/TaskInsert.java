package etl.jdbc;

import etl.core.TaskState;
import etl.core.spi.TaskChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Objects;

/**
 * Writes a task that has succeeded in its first attempt, whose start is not stored yet: what most short tasks are. Unlike
 * {@link TaskUpsert} it does nothing if there is a row already, and it has no errors to write, so that the server has less to
 * prepare. The row of the run stays locked until the end of the transaction.
 */
final class TaskInsert {
    private final String sql;

    TaskInsert(Database database) {
        this.sql = "insert into " + database.table("pipeline_tasks")
                + " (run_id, task_id, map_index, state, attempt, started_at, ended_at, rows_read, rows_written, rows_rejected,"
                + " output) select run_id, ?, ?, '" + TaskState.SUCCEEDED + "', 1, ?, ?, ?, ?, ?, ?::jsonb from "
                + database.table("pipeline_runs") + " where run_id = ? and epoch = ? for share on conflict do nothing";
    }

    static boolean takes(TaskRow row) {
        TaskChange change = row.write().change();
        return row.start() != null
                && row.write().lease() != null
                && change.state() == TaskState.SUCCEEDED
                && change.attempt() == 1;
    }

    /** False if the run is not the writer's any more, or there is a row of the task already, perhaps this one. */
    boolean write(Connection connection, TaskRow row) throws SQLException {
        TaskWrite write = row.write();
        TaskChange change = write.change();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, change.taskId());
            statement.setInt(2, change.mapIndex());
            Columns.setTimestamp(statement, 3, row.startedAt());
            Columns.setTimestamp(statement, 4, row.endedAt());
            statement.setLong(5, change.rows().read());
            statement.setLong(6, change.rows().written());
            statement.setLong(7, change.rows().rejected());
            statement.setString(8, write.output());
            statement.setObject(9, write.run().value());
            statement.setLong(10, Objects.requireNonNull(write.lease()).epoch());
            return statement.executeUpdate() == 1;
        }
    }
}
