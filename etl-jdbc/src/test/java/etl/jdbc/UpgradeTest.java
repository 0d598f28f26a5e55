package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Schemas of former versions, with rows as those versions wrote them. */
class UpgradeTest {
    private static final RunId RUNNING = RunId.parse("00000000-0000-0000-0000-000000000001");
    private static final RunId FAILED = RunId.ofKey("orders", "monday");
    private static final RunId SUCCEEDED = RunId.parse("00000000-0000-0000-0000-000000000003");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<String> executed = new ArrayList<>();

    /** What each version has added, in the columns that it had. */
    private static final Map<Integer, String> ROWS_SINCE = Map.of(
            1,
            """
            insert into pipeline_runs (run_id, pipeline, fingerprint, run_key, arguments, engine, engine_run_id, state, tasks,
                    created_at, started_at, ended_at, error_type, error_message, error_stack, owner, lease_until)
            values ('$running', 'orders', '$fingerprint', null, '{}', 'local', '', 'RUNNING', 2,
                    '2001-01-01T12:00:00Z', '2001-01-01T12:00:01Z', null, null, null, null, null, null),
                   ('$failed', 'orders', '$fingerprint', 'monday', '{}', 'local', '', 'FAILED', 2,
                    '2001-01-02T12:00:00Z', '2001-01-02T12:00:01Z', '2001-01-02T12:00:02Z', 'E', 'no file', 'at E', null, null),
                   ('$succeeded', 'invoices', 'cafe', null, '{"day": "2001-01-03"}', 'airflow', 'run 3', 'SUCCEEDED', 1,
                    '2001-01-03T12:00:00Z', '2001-01-03T12:00:01Z', '2001-01-03T12:00:02Z', null, null, null, null, null);
            insert into pipeline_tasks (run_id, task_id, map_index, state, attempt, started_at, ended_at, rows_read,
                    rows_written, output, error_type, error_message, error_stack, attempts)
            select run_id, 'extract', -1, 'SUCCEEDED', 1, '2001-01-01T12:00:01Z'::timestamptz, '2001-01-01T12:00:02Z'::timestamptz,
                    3, 2, '3'::jsonb, null, null, null, '[]'::jsonb from pipeline_runs
            union all
            select '$running', 'load', -1, 'RUNNING', 1, '2001-01-01T12:00:02Z', null, 0, 0, null, null, null, null, '[]'
            union all
            select '$failed', 'load', -1, 'FAILED', 2, '2001-01-02T12:00:02Z', '2001-01-02T12:00:03Z', 0, 0, null,
                    'E', 'no file', 'at E', '[{"attempt": 1, "state": "FAILED", "startedAt": "2001-01-02T12:00:01.5Z",
                    "endedAt": "2001-01-02T12:00:01.7Z", "errorType": "E", "errorMessage": "no net", "errorStack": "at N"}]';
            insert into raw_data (run_id, source, position, content, content_hash)
            values ('$failed', 'file', 0, '"a"', 'hash a'), ('$failed', 'file', 1, '"b"', 'hash b');
            insert into transformed_data (run_id, source, raw_id, content, status, errors)
            select run_id, source, raw_id, content, 'VALID', '[]' from raw_data where position = 0;
            """,
            2,
            "update pipeline_runs set data_from = '2001-01-02T00:00:00Z', data_until = '2001-01-03T00:00:00Z'"
                    + " where run_id = '$failed'",
            3,
            "insert into task_cache (cache_key, pipeline, task_id, version, output, output_digest, run_id, computed_at)"
                    + " values ('key', 'orders', 'extract', '1', '3', 'digest', '$failed', now());"
                    + " update pipeline_tasks set cached_from = '$failed' where run_id = '$succeeded'",
            4,
            "insert into pipeline_schedules (name, pipeline, timing, registered_at, handled_until)"
                    + " values ('daily', 'orders', 'cron 0 0 * * *', '2001-01-01T00:00:00Z', '2001-01-02T00:00:00Z')",
            5,
            "update pipeline_runs set cancel_requested_at = now() where run_id = '$succeeded'",
            6,
            "update pipeline_runs set refreshes_cache = true where run_id = '$failed'",
            7,
            "update pipeline_runs set epoch = 3, owner = 'process 1 on host', lease_until = '2001-01-01T12:00:30Z',"
                    + " heartbeat_at = '2001-01-01T12:00:00Z' where run_id = '$running'");

    static Stream<Integer> versions() {
        return IntStream.rangeClosed(1, Integer.parseInt(Schema.VERSION.getVersion()))
                .boxed();
    }

    private Pipeline pipeline() {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> extract = builder.task("extract", Integer.class).run(context -> {
            executed.add("extract");
            return 4;
        });
        builder.task("load", Integer.class).from(extract).run((context, rows) -> {
            executed.add("load " + rows);
            return rows + 1;
        });
        return builder.build();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void every_row_of_a_former_version_is_kept_and_its_runs_go_on(int version) throws Exception {
        String schema = "version_" + version;
        fill(schema, version);

        try (JdbcStateStore store = JdbcStateStore.builder(postgres.databaseUrl())
                        .schema(schema)
                        .open();
                Etl etl = Etl.builder().store(store).build()) {
            assertRuns(store, version);
            assertTasks(store, version);
            assertData(store, schema, version);
            assertRunsGoOn(etl);
        }
        assertThat(Query.strings(
                        postgres.dataSource(),
                        "select version from " + schema + ".etl_schema_history where success order by installed_rank"))
                .containsExactlyElementsOf(
                        Stream.concat(Stream.of("0"), versions().map(String::valueOf))
                                .toList());
    }

    private void fill(String schema, int version) throws Exception {
        postgres.execute("create schema " + schema + "; create table " + schema + ".of_somebody_else (id int)");
        Schema.migrations(new Database(postgres.dataSource(), schema))
                .target(String.valueOf(version))
                .load()
                .migrate();
        for (int since = 1; since <= version; since++) {
            String rows = ROWS_SINCE.getOrDefault(since, "select 1");
            postgres.execute("set search_path = " + schema + "; "
                    + rows.replace("$running", RUNNING.toString())
                            .replace("$failed", FAILED.toString())
                            .replace("$succeeded", SUCCEEDED.toString())
                            .replace("$fingerprint", pipeline().fingerprint()));
        }
    }

    private static void assertRuns(JdbcStateStore store, int version) {
        assertThat(store.recent(10))
                .extracting(run -> run.definition().id())
                .containsExactly(SUCCEEDED, FAILED, RUNNING);
        StoredRun failed = store.findByKey("orders", "monday").orElseThrow();
        assertThat(failed)
                .isEqualTo(store.find(FAILED).orElseThrow())
                .returns(RunState.FAILED, StoredRun::state)
                .returns(Optional.of(new ErrorInfo("E", "no file", "at E")), StoredRun::error)
                .returns(Optional.of(Instant.parse("2001-01-02T12:00:02Z")), StoredRun::endedAt)
                .returns(0, StoredRun::crashes);
        assertThat(failed.definition().dataInterval().isPresent()).isEqualTo(version >= 2);
        assertThat(failed.definition().refreshesCache()).isEqualTo(version >= 6);
        assertThat(store.find(SUCCEEDED).orElseThrow().definition())
                .returns(Map.of("day", "2001-01-03"), run -> run.arguments())
                .returns("airflow", run -> run.engineRun().engine());
        assertThat(store.unfinished("orders")).singleElement().returns(RunState.RUNNING, StoredRun::state);
        assertThat(store.abandoned("orders")).singleElement().returns(version >= 7 ? 1 : 0, StoredRun::crashes);
    }

    private static void assertTasks(JdbcStateStore store, int version) {
        assertThat(store.tasks(RUNNING))
                .extracting(StoredTask::state)
                .containsExactly(TaskState.SUCCEEDED, TaskState.RUNNING);
        assertThat(store.output(FAILED, "extract", Integer.class)).isEqualTo(3);
        assertThat(store.task(FAILED, "load").orElseThrow().attempts())
                .extracting(attempt -> attempt.error().orElseThrow().message())
                .containsExactly("no net", "no file");
        assertThat(store.task(SUCCEEDED, "extract").orElseThrow().cachedFrom().isPresent())
                .isEqualTo(version >= 3);
    }

    private static void assertData(JdbcStateStore store, String schema, int version) throws Exception {
        List<String> raw = new ArrayList<>();
        RawData.in(store).read(FAILED, "file", String.class, row -> raw.add(row.content()));
        assertThat(raw).containsExactly("a", "b");
        List<String> transformed = new ArrayList<>();
        TransformedData.in(store).read(FAILED, "file", String.class, transformed::add);
        assertThat(transformed).containsExactly("a");
        assertThat(Query.strings(postgres.dataSource(), "select output from " + schema + ".task_cache"))
                .hasSize(version >= 3 ? 1 : 0);
        assertThat(store.schedules().find("daily").isPresent()).isEqualTo(version >= 4);
    }

    private void assertRunsGoOn(Etl etl) {
        for (RunId run : List.of(RUNNING, FAILED)) {
            executed.clear();
            RunReport report = etl.resume(run, pipeline()).await();
            assertThat(report.state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(executed).containsExactly("load 3");
        }
        assertThat(etl.store().purge(Retention.of(Duration.ofDays(1)))).isEqualTo(new Purged(1, 1));
        assertThat(etl.run(pipeline()).state()).isEqualTo(RunState.SUCCEEDED);
    }
}
