package etl.jdbc;

import etl.core.RunId;
import etl.core.TaskState;
import etl.core.spi.TaskChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Writes rows of one kind to {@code pipeline_tasks} in one statement, each only if the epoch of its run is that of its lease
 * and {@link TaskState#canBecome} allows it. A change that is stored already, because its first answer was lost, is written
 * again without effect. The rows of the runs stay locked until the end of the transaction, in the order of their ids, as the
 * leases are prolonged, so that a run cannot be taken before the commit and the two never wait for each other.
 *
 * <p>The plans do not depend on statistics, which a fresh table does not have: rows are found by {@code on conflict}, runs one
 * by one. An array is read by a subselect, because the planner would otherwise make a plan of its own for each length.
 */
final class TaskUpsert {
    private static final String COLUMNS =
            " (run_id, task_id, map_index, state, attempt, started_at, ended_at, rows_read,"
                    + " rows_written, rows_rejected, output, error_type, error_message, error_stack, cached_from)";

    private final String one;
    private final String many;

    private TaskUpsert(Database database, String conflict) {
        String tasks = database.table("pipeline_tasks");
        String runs = database.table("pipeline_runs");
        String insert = "insert into " + tasks + " as t" + COLUMNS;
        String onConflict = " on conflict (run_id, task_id, map_index) do update set " + conflict;
        this.one = insert
                + " select run_id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ? from " + runs
                + " where run_id = ? and (?::bigint is null or epoch = ?) for share"
                + onConflict;
        this.many = "with owned as materialized (select wanted.place, r.run_id from"
                + " (select place, id, epoch from unnest((select ?::integer[]), (select ?::uuid[]), (select ?::bigint[]))"
                + " as ids (place, id, epoch) order by id) as wanted cross join lateral (select run_id, epoch from "
                + runs + " where run_id = wanted.id for share) as r"
                + " where wanted.epoch is null or wanted.epoch = r.epoch), written as ("
                + insert
                + " select o.run_id, w.task_id, w.map_index, w.state, w.attempt,"
                + " timestamptz 'epoch' + w.started_at * interval '1 microsecond',"
                + " timestamptz 'epoch' + w.ended_at * interval '1 microsecond', w.rows_read, w.rows_written,"
                + " w.rows_rejected, w.output::jsonb, w.error_type, w.error_message, w.error_stack, w.cached_from"
                + " from unnest((select ?::integer[]), (select ?::text[]), (select ?::integer[]), (select ?::text[]),"
                + " (select ?::integer[]), (select ?::bigint[]), (select ?::bigint[]), (select ?::bigint[]),"
                + " (select ?::bigint[]), (select ?::bigint[]), (select ?::text[]), (select ?::text[]),"
                + " (select ?::text[]), (select ?::text[]), (select ?::uuid[]))"
                + " as w (place, task_id, map_index, state, attempt, started_at, ended_at, rows_read, rows_written,"
                + " rows_rejected, output, error_type, error_message, error_stack, cached_from)"
                + " join owned o on o.place = w.place"
                + onConflict
                + " returning t.run_id, t.task_id, t.map_index)"
                + " select place, null::uuid, null, null::integer from owned"
                + " union all select null, run_id, task_id, map_index from written";
    }

    static TaskUpsert begun(Database database) {
        return new TaskUpsert(
                database,
                "state = excluded.state, attempt = excluded.attempt, started_at = excluded.started_at,"
                        + " ended_at = excluded.ended_at, rows_read = excluded.rows_read,"
                        + " rows_written = excluded.rows_written, rows_rejected = excluded.rows_rejected,"
                        + " output = excluded.output, cached_from = null, error_type = excluded.error_type,"
                        + " error_message = excluded.error_message, error_stack = excluded.error_stack,"
                        + " attempts = case when t.started_at is null or t.attempt = excluded.attempt then t.attempts"
                        + " else t.attempts || " + TasksTable.CURRENT_ATTEMPT + " end"
                        + " where (t.state in (" + predecessors(TaskState.RUNNING) + ", 'RUNNING')"
                        + " and excluded.attempt > t.attempt)"
                        + " or (excluded.attempt = t.attempt and excluded.started_at = t.started_at"
                        + " and (t.state = 'RUNNING' or (t.state = excluded.state and t.ended_at = excluded.ended_at)))");
    }

    static TaskUpsert reused(Database database) {
        return new TaskUpsert(
                database,
                "state = excluded.state, started_at = null, ended_at = excluded.ended_at,"
                        + " rows_read = 0, rows_written = 0, rows_rejected = 0, output = excluded.output,"
                        + " cached_from = excluded.cached_from, error_type = null, error_message = null,"
                        + " error_stack = null, attempts = case when t.started_at is null then t.attempts"
                        + " else t.attempts || " + TasksTable.CURRENT_ATTEMPT + " end"
                        + " where t.attempt = excluded.attempt and (t.state in (" + predecessors(TaskState.RUNNING)
                        + ", 'RUNNING') or (t.state = 'SUCCEEDED' and t.ended_at = excluded.ended_at"
                        + " and t.cached_from = excluded.cached_from))");
    }

    static TaskUpsert closed(Database database) {
        String allowed = Arrays.stream(TaskState.values())
                .filter(state -> !predecessors(state).isEmpty())
                .map(state -> "excluded.state = '" + state + "' and t.state in (" + predecessors(state) + ")")
                .collect(Collectors.joining(" or "));
        return new TaskUpsert(
                database,
                "state = excluded.state, ended_at = excluded.ended_at where t.attempt = excluded.attempt and ("
                        + allowed + " or (t.state = excluded.state and t.ended_at = excluded.ended_at))");
    }

    /** The states from which a task run may come to a state, as SQL. */
    static String predecessors(TaskState state) {
        return Arrays.stream(TaskState.values())
                .filter(from -> from.canBecome(state))
                .map(from -> "'" + from + "'")
                .collect(Collectors.joining(", "));
    }

    /** False if the run is not the writer's any more, or the stored state does not allow the change. */
    boolean write(Connection connection, TaskRow row) throws SQLException {
        TaskWrite write = row.write();
        TaskChange change = write.change();
        try (PreparedStatement statement = connection.prepareStatement(one)) {
            statement.setString(1, change.taskId());
            statement.setInt(2, change.mapIndex());
            statement.setString(3, change.state().name());
            statement.setInt(4, change.attempt());
            Columns.setTimestamp(statement, 5, row.startedAt());
            Columns.setTimestamp(statement, 6, row.endedAt());
            statement.setLong(7, change.rows().read());
            statement.setLong(8, change.rows().written());
            statement.setLong(9, change.rows().rejected());
            statement.setString(10, write.output());
            Columns.setError(statement, 11, change.error());
            statement.setObject(14, change.cachedFrom().map(RunId::value).orElse(null), Types.OTHER);
            statement.setObject(15, write.run().value());
            Long epoch = write.lease() == null ? null : write.lease().epoch();
            statement.setObject(16, epoch, Types.BIGINT);
            statement.setObject(17, epoch, Types.BIGINT);
            return statement.executeUpdate() == 1;
        }
    }

    /** Rows of this kind, each another one. */
    BatchStore.Unwritten write(Connection connection, List<TaskRow> rows) throws SQLException {
        TaskRowArrays arrays = new TaskRowArrays(rows);
        try (PreparedStatement statement = connection.prepareStatement(many)) {
            arrays.bind(statement);
            Set<Integer> owned = new HashSet<>();
            Set<TaskWrite.Row> written = new HashSet<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    UUID run = result.getObject(2, UUID.class);
                    if (run == null) {
                        owned.add(result.getInt(1));
                    } else {
                        written.add(new TaskWrite.Row(new RunId(run), result.getString(3), result.getInt(4)));
                    }
                }
            }
            return arrays.unwritten(owned, written);
        }
    }
}
