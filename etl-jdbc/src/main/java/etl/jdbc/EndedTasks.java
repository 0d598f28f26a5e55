package etl.jdbc;

import etl.core.TaskState;
import etl.core.spi.TaskChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the ends of attempts whose starts are stored already, each only if {@link TaskState#canBecome} allows it. An end that
 * is stored already, because its first answer was lost, is written again without effect.
 *
 * <p>Single-row statements in a JDBC batch, because the plan of {@code update ... where task_id = any(?)} depends on
 * statistics that a fresh table does not have.
 */
final class EndedTasks {
    private final Map<TaskState, String> updates = new EnumMap<>(TaskState.class);

    EndedTasks(Database database) {
        for (TaskState state : TaskState.values()) {
            String predecessors = TaskUpsert.predecessors(state);
            String again = "(state = '" + state + "' and ended_at = ?)";
            updates.put(
                    state,
                    "update " + database.table("pipeline_tasks") + " set state = ?, ended_at = ?, rows_read = ?,"
                            + " rows_written = ?, rows_rejected = ?, output = ?::jsonb, error_type = ?,"
                            + " error_message = ?, error_stack = ? where run_id = ? and task_id = ? and map_index = ?"
                            + " and attempt = ? and ("
                            + (predecessors.isEmpty() ? again : "state in (" + predecessors + ") or " + again) + ")");
        }
    }

    /** Those that the stored states did not allow. */
    Set<TaskWrite> write(Connection connection, List<TaskRow> rows) throws SQLException {
        Map<TaskState, List<TaskWrite>> states = new EnumMap<>(TaskState.class);
        for (TaskRow row : rows) {
            states.computeIfAbsent(row.write().change().state(), any -> new ArrayList<>())
                    .add(row.write());
        }
        Set<TaskWrite> refused = new HashSet<>();
        for (Map.Entry<TaskState, List<TaskWrite>> state : states.entrySet()) {
            refused.addAll(write(connection, updates.getOrDefault(state.getKey(), ""), state.getValue()));
        }
        return refused;
    }

    private static List<TaskWrite> write(Connection connection, String update, List<TaskWrite> writes)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(update)) {
            for (TaskWrite write : writes) {
                bind(statement, write);
                statement.addBatch();
            }
            return StatementBatch.withoutEffect(statement, writes);
        }
    }

    private static void bind(PreparedStatement statement, TaskWrite write) throws SQLException {
        TaskChange change = write.change();
        statement.setString(1, change.state().name());
        Columns.setTimestamp(statement, 2, change.at());
        statement.setLong(3, change.rows().read());
        statement.setLong(4, change.rows().written());
        statement.setLong(5, change.rows().rejected());
        statement.setString(6, write.output());
        Columns.setError(statement, 7, change.error());
        statement.setObject(10, write.run().value());
        statement.setString(11, change.taskId());
        statement.setInt(12, change.mapIndex());
        statement.setInt(13, change.attempt());
        Columns.setTimestamp(statement, 14, change.at());
    }
}
