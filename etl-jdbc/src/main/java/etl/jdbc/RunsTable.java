package etl.jdbc;

import etl.core.DataInterval;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.StoredRun;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The SQL that records and reads {@code pipeline_runs}; {@link RunUpdates} has the SQL of their progress. */
final class RunsTable {
    private static final String COLUMNS =
            "run_id, pipeline, fingerprint, run_key, arguments, engine, engine_run_id, state,"
                    + " tasks, created_at, data_from, data_until, refreshes_cache, started_at, ended_at, error_type, error_message, error_stack,"
                    + " crash_count + case when lease_until < now() then 1 else 0 end as crashes,"
                    + " case when lease_until >= now() then owner end as live_owner";

    private final PatientDatabase database;
    private final String table;

    RunsTable(PatientDatabase database) {
        this.database = database;
        this.table = database.database().table("pipeline_runs");
    }

    /**
     * A run that has an owner is taken for whoever records it. By its owner it is known again if the
     * answer to the commit was lost; otherwise a caller who tries again would start a second run, and a recovery the first.
     */
    boolean insert(NewRun run, Leases leases) {
        return database.statement("recording run " + run.id(), (connection, again) -> {
            if (again && isRecorded(connection, run, leases)) {
                return true;
            }
            try (PreparedStatement insert = connection.prepareStatement(insert())) {
                bind(insert, run, leases);
                return insert.executeUpdate() == 1;
            }
        });
    }

    /** All in one transaction. Tells which are recorded now. */
    Set<RunId> insert(List<NewRun> runs, Leases leases) {
        List<NewRun> sorted = new ArrayList<>(runs);
        sorted.sort(Comparator.comparing(run -> run.id().value()));
        return database.transaction("recording " + runs.size() + " runs", (connection, again) -> {
            Set<RunId> recorded = sorted.stream().map(NewRun::id).collect(Collectors.toCollection(HashSet::new));
            for (NewRun existing : insert(connection, sorted, leases)) {
                if (!again || !isRecorded(connection, existing, leases)) {
                    recorded.remove(existing.id());
                }
            }
            return recorded;
        });
    }

    /** Tells which exist already. */
    private List<NewRun> insert(Connection connection, List<NewRun> runs, Leases leases) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(insert())) {
            for (NewRun run : runs) {
                bind(insert, run, leases);
                insert.addBatch();
            }
            return StatementBatch.withoutEffect(insert, runs);
        }
    }

    /** Without VALUES, so that a driver that rewrites batches of such inserts leaves it alone and tells each count. */
    private String insert() {
        return "insert into " + table + " (run_id, pipeline, fingerprint, run_key, arguments, engine, engine_run_id,"
                + " state, tasks, created_at, data_from, data_until, refreshes_cache, owner, epoch, lease_until,"
                + " heartbeat_at)"
                + " select ?, ?, ?, ?, ?::jsonb, ?, ?, 'QUEUED', ?, ?, ?, ?, ?, ?, ?,"
                + " now() + ? * interval '1 millisecond', case when ? then now() end"
                + " on conflict do nothing";
    }

    private static void bind(PreparedStatement insert, NewRun run, Leases leases) throws SQLException {
        insert.setObject(1, run.id().value());
        insert.setString(2, run.pipeline());
        insert.setString(3, run.fingerprint());
        insert.setString(4, run.runKey().orElse(null));
        insert.setString(5, JsonCodec.encode(run.arguments()));
        insert.setString(6, run.engineRun().engine());
        insert.setString(7, run.engineRun().id());
        insert.setInt(8, run.tasks());
        insert.setObject(9, Columns.timestamp(run.createdAt()));
        insert.setObject(
                10,
                run.dataInterval().map(data -> Columns.timestamp(data.start())).orElse(null),
                Types.TIMESTAMP_WITH_TIMEZONE);
        insert.setObject(
                11,
                run.dataInterval().map(data -> Columns.timestamp(data.end())).orElse(null),
                Types.TIMESTAMP_WITH_TIMEZONE);
        insert.setBoolean(12, run.refreshesCache());
        boolean owned = hasOwner(run);
        insert.setString(13, owned ? leases.owner() : null);
        insert.setLong(14, owned ? Leases.FIRST_EPOCH : 0);
        insert.setObject(15, owned ? leases.length().toMillis() : null, Types.BIGINT);
        insert.setBoolean(16, owned);
    }

    private boolean isRecorded(Connection connection, NewRun run, Leases leases) throws SQLException {
        String sql =
                "select from " + table + " where run_id = ? and owner = ? and created_at = ? and purged_at is null";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setObject(1, run.id().value());
            select.setString(2, leases.owner());
            select.setObject(3, Columns.timestamp(run.createdAt()));
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    static boolean hasOwner(NewRun run) {
        return run.engineRun().engine().equals(EngineRun.LOCAL.engine());
    }

    Optional<StoredRun> find(RunId run) {
        return database
                .statement(
                        "reading run " + run,
                        (connection, again) ->
                                select(connection, "and run_id = ?", statement -> statement.setObject(1, run.value())))
                .stream()
                .findFirst();
    }

    Optional<StoredRun> findByKey(String pipeline, String runKey) {
        return select("and pipeline = ? and run_key = ?", statement -> {
                    statement.setString(1, pipeline);
                    statement.setString(2, runKey);
                })
                .stream()
                .findFirst();
    }

    List<StoredRun> recent(int limit) {
        return select("order by created_at desc, run_id limit ?", statement -> statement.setInt(1, limit));
    }

    /** By the index {@code pipeline_runs_unfinished}. */
    List<StoredRun> unfinished(String pipeline) {
        return select(
                "and pipeline = ? and state in ('QUEUED', 'RUNNING') order by created_at, run_id",
                statement -> statement.setString(1, pipeline));
    }

    /** By the same index. */
    List<StoredRun> abandoned(String pipeline) {
        return select(
                "and pipeline = ? and state in ('QUEUED', 'RUNNING') and engine = ? and " + JdbcLeaseStore.IS_FREE
                        + " order by created_at, run_id",
                statement -> {
                    statement.setString(1, pipeline);
                    statement.setString(2, EngineRun.LOCAL.engine());
                });
    }

    /** A run that a purge has begun to delete is not there any more. */
    private List<StoredRun> select(String condition, Binding binding) {
        return database.database().statement("reading runs", connection -> select(connection, condition, binding));
    }

    private List<StoredRun> select(Connection connection, String condition, Binding binding) throws SQLException {
        String sql = "select " + COLUMNS + " from " + table + " where purged_at is null " + condition;
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            binding.bind(select);
            List<StoredRun> runs = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    runs.add(read(rows));
                }
            }
            return runs;
        }
    }

    /** The run with the id that is a parameter; none if a purge has begun to delete it, as some of its rows may be gone. */
    static String notPurged(Database database) {
        return "(select run_id from " + database.table("pipeline_runs") + " where run_id = ? and purged_at is null)";
    }

    private static StoredRun read(ResultSet row) throws SQLException {
        Map<String, String> arguments = JsonCodec.decode(row.getString("arguments"), Columns.STRING_MAP);
        NewRun definition = new NewRun(
                new RunId(row.getObject("run_id", UUID.class)),
                row.getString("pipeline"),
                row.getString("fingerprint"),
                Optional.ofNullable(row.getString("run_key")),
                arguments,
                new EngineRun(row.getString("engine"), row.getString("engine_run_id")),
                row.getInt("tasks"),
                Columns.instant(row, "created_at").orElseThrow(),
                dataInterval(row),
                row.getBoolean("refreshes_cache"));
        return new StoredRun(
                definition,
                RunState.valueOf(row.getString("state")),
                Columns.instant(row, "started_at"),
                Columns.instant(row, "ended_at"),
                Columns.error(row),
                row.getInt("crashes"),
                Optional.ofNullable(row.getString("live_owner")));
    }

    private static Optional<DataInterval> dataInterval(ResultSet row) throws SQLException {
        Optional<Instant> end = Columns.instant(row, "data_until");
        return Columns.instant(row, "data_from").map(start -> new DataInterval(start, end.orElseThrow()));
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    private interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }
}
