package etl.jdbc;

import etl.core.GenericType;
import etl.core.RunId;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL that reads and reopens {@code pipeline_tasks}; {@link TaskUpsert} and {@link EndedTasks} have the SQL that changes single rows. */
final class TasksTable {
    private static final Type FORMER = new GenericType<List<FormerAttempt>>() {}.type();

    /** The attempt that a row describes, as an element of its {@code attempts}. */
    static final String CURRENT_ATTEMPT = "jsonb_build_object('attempt', t.attempt, 'state',"
            + " case when t.state in ('RUNNING', 'PENDING') then 'FAILED' else t.state end,"
            + " 'startedAt', to_char(t.started_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
            + " 'endedAt', to_char(t.ended_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
            + " 'errorType', t.error_type, 'errorMessage', t.error_message, 'errorStack', t.error_stack)";

    private final Database database;
    private final String table;

    TasksTable(Database database) {
        this.database = database;
        this.table = database.table("pipeline_tasks");
    }

    /** One element of the column that holds the former attempts. */
    record FormerAttempt(
            int attempt,
            TaskState state,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable String errorType,
            @Nullable String errorMessage,
            @Nullable String errorStack) {
        StoredAttempt stored() {
            Optional<ErrorInfo> error = errorType == null
                    ? Optional.empty()
                    : Optional.of(new ErrorInfo(
                            errorType, errorMessage == null ? "" : errorMessage, errorStack == null ? "" : errorStack));
            return new StoredAttempt(attempt, state, startedAt, Optional.ofNullable(endedAt), error);
        }
    }

    /** By a subselect, which is hashed; an array of many ids would be searched for each row. */
    static void reopen(Connection connection, String table, RunId run, Set<String> taskIds) throws SQLException {
        String sql = "update " + table + " t set state = 'PENDING',"
                + " attempts = case when started_at is null then attempts else attempts || " + CURRENT_ATTEMPT + " end,"
                + " started_at = null, ended_at = null, output = null, cached_from = null,"
                + " error_type = null, error_message = null, error_stack = null"
                + " where run_id = ? and (task_id in (select unnest(?::text[]))"
                + " or (state <> 'SUCCEEDED' and not (state = 'SKIPPED' and started_at is not null)))";
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setObject(1, run.value());
            update.setArray(2, connection.createArrayOf("text", taskIds.toArray()));
            update.executeUpdate();
        }
    }

    List<StoredTask> all(RunId run) {
        return select(run, "", statement -> {});
    }

    Optional<StoredTask> one(RunId run, String taskId) {
        return select(run, " and task_id = ? and map_index = -1", statement -> statement.setString(2, taskId)).stream()
                .findFirst();
    }

    private List<StoredTask> select(RunId run, String condition, Binding binding) {
        String sql =
                "select task_id, map_index, state, attempt, started_at, ended_at, rows_read, rows_written, rows_rejected,"
                        + " error_type, error_message, error_stack, attempts, cached_from from " + table
                        + " where run_id = "
                        + RunsTable.notPurged(database)
                        + condition
                        + " order by task_id collate \"C\", map_index";
        return database.transaction("reading the tasks of run " + run, connection -> {
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setObject(1, run.value());
                binding.bind(select);
                select.setFetchSize(5_000);
                List<StoredTask> tasks = new ArrayList<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        tasks.add(read(rows));
                    }
                }
                return tasks;
            }
        });
    }

    private static StoredTask read(ResultSet row) throws SQLException {
        List<StoredAttempt> attempts = new ArrayList<>();
        String former = row.getString("attempts");
        if (!former.equals("[]")) {
            List<FormerAttempt> list = JsonCodec.decode(former, FORMER);
            list.forEach(attempt -> attempts.add(attempt.stored()));
        }
        TaskState state = TaskState.valueOf(row.getString("state"));
        Optional<Instant> startedAt = Columns.instant(row, "started_at");
        if (startedAt.isPresent()) {
            attempts.add(new StoredAttempt(
                    row.getInt("attempt"),
                    state,
                    startedAt.get(),
                    Columns.instant(row, "ended_at"),
                    Columns.error(row)));
        }
        RowCounts rows =
                new RowCounts(row.getLong("rows_read"), row.getLong("rows_written"), row.getLong("rows_rejected"));
        Optional<RunId> cachedFrom =
                Optional.ofNullable(row.getObject("cached_from", UUID.class)).map(RunId::new);
        return new StoredTask(
                row.getString("task_id"),
                row.getInt("map_index"),
                state,
                attempts,
                startedAt.isPresent(),
                rows,
                cachedFrom);
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    private interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }
}
