package etl.jdbc;

import etl.core.TaskState;
import etl.core.spi.TaskChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Applies changes to {@code pipeline_tasks}, many in one transaction. Each statement changes one row, found by its primary
 * key, and only if {@link TaskState#canBecome} allows it: a statement that changes no row tells that the stored state has
 * gone on. A change that is stored already, because its first answer was lost, is applied again without effect.
 *
 * <p>Single-row statements in a JDBC batch, because the plan of {@code update ... where task_id = any(?)} depends on
 * statistics that a fresh table does not have. {@code insert ... select}, because the driver would rewrite a batch of
 * {@code insert ... values} into one statement without a count for each row.
 */
final class TaskWrites {
    private final String start;
    private final String reuse;
    private final Map<TaskState, String> end = new EnumMap<>(TaskState.class);
    private final Map<TaskState, String> close = new EnumMap<>(TaskState.class);

    TaskWrites(Database database) {
        String table = database.table("pipeline_tasks");
        this.start = "insert into " + table + " as t (run_id, task_id, map_index, state, attempt, started_at)"
                + " select ?, ?, ?, 'RUNNING', ?, ? on conflict (run_id, task_id, map_index) do update set"
                + " state = 'RUNNING', attempt = excluded.attempt, started_at = excluded.started_at, ended_at = null,"
                + " rows_read = 0, rows_written = 0, rows_rejected = 0, output = null, cached_from = null,"
                + " error_type = null, error_message = null, error_stack = null,"
                + " attempts = case when t.started_at is null or t.attempt = excluded.attempt then t.attempts"
                + " else t.attempts || " + TasksTable.CURRENT_ATTEMPT + " end"
                + " where (t.state in (" + predecessors(TaskState.RUNNING) + ", 'RUNNING')"
                + " and excluded.attempt > t.attempt) or (t.state = 'RUNNING'"
                + " and excluded.attempt = t.attempt and excluded.started_at = t.started_at)";
        this.reuse = "insert into " + table + " as t (run_id, task_id, map_index, state, attempt, ended_at, output,"
                + " cached_from) select ?, ?, ?, 'SUCCEEDED', ?, ?, ?::jsonb, ?"
                + " on conflict (run_id, task_id, map_index) do update set"
                + " state = excluded.state, started_at = null, ended_at = excluded.ended_at,"
                + " rows_read = 0, rows_written = 0, rows_rejected = 0, output = excluded.output,"
                + " cached_from = excluded.cached_from, error_type = null, error_message = null, error_stack = null,"
                + " attempts = case when t.started_at is null then t.attempts"
                + " else t.attempts || " + TasksTable.CURRENT_ATTEMPT + " end"
                + " where t.attempt = excluded.attempt and (t.state in (" + predecessors(TaskState.RUNNING)
                + ", 'RUNNING') or (t.state = 'SUCCEEDED' and t.ended_at = excluded.ended_at"
                + " and t.cached_from = excluded.cached_from))";
        for (TaskState state : TaskState.values()) {
            end.put(
                    state,
                    "update " + table + " set state = ?, ended_at = ?, rows_read = ?, rows_written = ?,"
                            + " rows_rejected = ?, output = ?::jsonb, error_type = ?, error_message = ?,"
                            + " error_stack = ? where run_id = ? and task_id = ? and map_index = ? and attempt = ?"
                            + " and " + allows("state", state, "ended_at = ?"));
            close.put(
                    state,
                    "insert into " + table + " as t (run_id, task_id, map_index, state, attempt, ended_at)"
                            + " select ?, ?, ?, ?, ?, ? on conflict (run_id, task_id, map_index) do update set"
                            + " state = excluded.state, ended_at = excluded.ended_at"
                            + " where t.attempt = excluded.attempt and "
                            + allows("t.state", state, "t.ended_at = excluded.ended_at"));
        }
    }

    private static String predecessors(TaskState state) {
        return Arrays.stream(TaskState.values())
                .filter(from -> from.canBecome(state))
                .map(from -> "'" + from + "'")
                .collect(Collectors.joining(", "));
    }

    /** From a predecessor, or from the state itself when the same write, made at the same time, is sent again. */
    private static String allows(String column, TaskState state, String sameTime) {
        String predecessors = predecessors(state);
        String again = column + " = '" + state + "' and " + sameTime;
        return predecessors.isEmpty() ? again : "(" + column + " in (" + predecessors + ") or (" + again + "))";
    }

    /**
     * Applies the writes; those of the same row in their order, the n-th of each row together.
     *
     * @return the writes that the stored states did not allow
     */
    Set<TaskWrite> apply(Connection connection, List<TaskWrite> writes) throws SQLException {
        Map<TaskWrite.Row, Integer> depths = new HashMap<>();
        List<List<TaskWrite>> waves = new ArrayList<>();
        for (TaskWrite write : writes) {
            int depth = depths.merge(write.row(), 1, Integer::sum);
            if (depth > waves.size()) {
                waves.add(new ArrayList<>());
            }
            waves.get(depth - 1).add(write);
        }
        Set<TaskWrite> refused = new HashSet<>();
        try (StatementCache statements = new StatementCache(connection)) {
            for (List<TaskWrite> wave : waves) {
                refused.addAll(flush(statements, wave));
            }
        }
        return refused;
    }

    /** A wave changes each row once, so that its statements can be sent in any order. */
    private List<TaskWrite> flush(StatementCache statements, List<TaskWrite> wave) throws SQLException {
        Map<PreparedStatement, List<TaskWrite>> batches = new java.util.LinkedHashMap<>();
        for (TaskWrite write : wave) {
            PreparedStatement statement = bind(statements, write);
            statement.addBatch();
            batches.computeIfAbsent(statement, any -> new ArrayList<>()).add(write);
        }
        List<TaskWrite> refused = new ArrayList<>();
        for (Map.Entry<PreparedStatement, List<TaskWrite>> batch : batches.entrySet()) {
            int[] counts = batch.getKey().executeBatch();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] == 0) {
                    refused.add(batch.getValue().get(i));
                }
            }
        }
        return refused;
    }

    private PreparedStatement bind(StatementCache statements, TaskWrite write) throws SQLException {
        TaskChange change = write.change();
        TaskState state = change.state();
        if (state == TaskState.RUNNING) {
            PreparedStatement statement = statements.get(start);
            statement.setObject(1, write.run().value());
            statement.setString(2, change.taskId());
            statement.setInt(3, change.mapIndex());
            statement.setInt(4, change.attempt());
            statement.setObject(5, Columns.timestamp(change.at()));
            return statement;
        }
        if (change.cachedFrom().isPresent()) {
            PreparedStatement statement = statements.get(reuse);
            statement.setObject(1, write.run().value());
            statement.setString(2, change.taskId());
            statement.setInt(3, change.mapIndex());
            statement.setInt(4, change.attempt());
            statement.setObject(5, Columns.timestamp(change.at()));
            statement.setString(6, write.output());
            statement.setObject(7, change.cachedFrom().get().value());
            return statement;
        }
        if (state != TaskState.SUCCEEDED && change.error().isEmpty()) {
            PreparedStatement statement = statements.get(close.getOrDefault(state, ""));
            statement.setObject(1, write.run().value());
            statement.setString(2, change.taskId());
            statement.setInt(3, change.mapIndex());
            statement.setString(4, state.name());
            statement.setInt(5, change.attempt());
            statement.setObject(6, Columns.timestamp(change.at()));
            return statement;
        }
        PreparedStatement statement = statements.get(end.getOrDefault(state, ""));
        statement.setString(1, state.name());
        statement.setObject(2, Columns.timestamp(change.at()));
        statement.setLong(3, change.rows().read());
        statement.setLong(4, change.rows().written());
        statement.setLong(5, change.rows().rejected());
        statement.setString(6, write.output());
        Columns.setError(statement, 7, change.error());
        statement.setObject(10, write.run().value());
        statement.setString(11, change.taskId());
        statement.setInt(12, change.mapIndex());
        statement.setInt(13, change.attempt());
        statement.setObject(14, Columns.timestamp(change.at()));
        return statement;
    }
}
