package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PurgeTest {
    private static final Retention DAY = Retention.of(Duration.ofDays(1));

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static JdbcStateStore open(String schema) {
        return JdbcStateStore.builder(postgres.databaseUrl()).schema(schema).open();
    }

    private static Pipeline pipeline(JdbcStateStore store) {
        RawData raw = RawData.in(store);
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Long> land =
                builder.task("land", Long.class).run(context -> raw.land(context, "orders", Stream.of("a", "b")));
        builder.task("count", Long.class).from(land).run((context, rows) -> rows);
        return builder.build();
    }

    /** By the clock of the database, since a run ends when its process says so. */
    private static void age(String schema) throws Exception {
        postgres.execute("update " + schema + ".pipeline_runs set created_at = created_at - interval '2 days',"
                + " ended_at = ended_at - interval '2 days'");
    }

    private static List<Long> counts(String schema) throws Exception {
        List<Long> counts = new ArrayList<>();
        for (String table : List.of("pipeline_runs", "pipeline_tasks", "raw_data")) {
            counts.addAll(Query.longs(postgres.dataSource(), "select count(*) from " + schema + "." + table));
        }
        return counts;
    }

    @Test
    void the_data_of_a_run_goes_with_it() throws Exception {
        JdbcStateStore store = open("data");
        try (Etl etl = Etl.builder().store(store).build()) {
            etl.run(pipeline(store)).orThrow();
            etl.run(pipeline(store)).orThrow();
            age("data");
            RunId kept = etl.run(pipeline(store)).orThrow().id();

            assertThat(store.purge(DAY)).isEqualTo(new Purged(2, 4));

            assertThat(counts("data")).containsExactly(1L, 2L, 2L);
            assertThat(store.find(kept)).isPresent();
        }
    }

    @Test
    void every_pipeline_keeps_its_newest_runs() throws Exception {
        try (JdbcStateStore store = open("newest")) {
            for (String name : List.of("a", "b", "c")) {
                insert("newest", name, name.equals("a") ? 1 : 250);
            }

            assertThat(store.purgeable(DAY.keepingNewest(3))).isEqualTo(new Purged(494, 494));
            assertThat(store.purge(DAY.keepingNewest(3))).isEqualTo(new Purged(494, 494));

            assertThat(Query.strings(
                            postgres.dataSource(),
                            "select pipeline || ' ' || count(*) || ' ' || min(run_key)"
                                    + " from newest.pipeline_runs group by pipeline order by 1"))
                    .containsExactly("a 1 1", "b 3 248", "c 3 248");
        }
    }

    @Test
    void a_purge_of_everything_is_done_in_batches() throws Exception {
        try (JdbcStateStore store = open("batches")) {
            insert("batches", "a", 1_234);

            assertThat(store.purge(DAY)).isEqualTo(new Purged(1_234, 1_234));
        }
    }

    private static void insert(String schema, String pipeline, int runs) throws Exception {
        postgres.execute("insert into " + schema + ".pipeline_runs (run_id, pipeline, fingerprint, run_key, arguments,"
                + " engine, engine_run_id, state, tasks, created_at, ended_at) select gen_random_uuid(), '" + pipeline
                + "', 'f00d', i, '{}', 'local', '', 'SUCCEEDED', 60, now() - interval '3 days' + i * interval '1 second',"
                + " now() - interval '2 days' from generate_series(1, " + runs + ") i;"
                + "insert into " + schema + ".pipeline_tasks (run_id, task_id, state, attempt) select run_id, 't',"
                + " 'SUCCEEDED', 1 from " + schema + ".pipeline_runs where pipeline = '" + pipeline + "'");
    }

    @Test
    void a_run_that_another_transaction_has_locked_is_left_to_it() throws Exception {
        try (JdbcStateStore store = open("locked")) {
            insert("locked", "a", 3);
            try (Connection other = postgres.dataSource().getConnection();
                    Statement lock = other.createStatement()) {
                other.setAutoCommit(false);
                lock.execute("select from locked.pipeline_runs where run_key = '2' for no key update");

                assertThat(store.purge(DAY)).isEqualTo(new Purged(2, 2));
                other.rollback();
            }
            assertThat(store.purge(DAY)).isEqualTo(new Purged(1, 1));
        }
    }

    @Test
    void runs_go_on_while_others_purge_everything() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        JdbcStateStore store = open("busy");
        try (Etl etl = Etl.builder().store(store).parallelism(4).build()) {
            insert("busy", "a", 2_000);
            List<CompletableFuture<Purged>> purges = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                purges.add(CompletableFuture.supplyAsync(() -> {
                    Purged purged = Purged.NOTHING;
                    while (!enough.get()) {
                        purged = purged.plus(store.purge(Retention.of(Duration.ZERO)));
                    }
                    return purged.plus(store.purge(Retention.of(Duration.ZERO)));
                }));
            }
            Pipeline pipeline = pipeline(store);
            List<RunHandle> runs = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                runs.add(etl.submit(pipeline, Arguments.none()));
            }
            for (RunHandle run : runs) {
                assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
            }
            enough.set(true);

            assertThat(purges.stream().map(CompletableFuture::join).reduce(Purged.NOTHING, Purged::plus))
                    .isEqualTo(new Purged(2_100, 2_200));
            assertThat(counts("busy")).containsExactly(0L, 0L, 0L);
        }
    }

    @Test
    void a_store_that_keeps_runs_for_some_time_deletes_them_by_itself() throws Exception {
        open("periodic").close();
        insert("periodic", "a", 10);
        insert("periodic", "b", 10);

        try (JdbcStateStore store = JdbcStateStore.builder(postgres.dataSource())
                .schema("periodic")
                .keepRuns(DAY.keepingNewest(2))
                .open()) {
            while (store.recent(100).size() > 4) {
                Thread.onSpinWait();
            }
        }
        assertThat(counts("periodic")).containsExactly(4L, 4L, 0L);
        JdbcStateStore.builder(postgres.dataSource())
                .schema("periodic")
                .keepRuns(Duration.ofDays(36_500))
                .open()
                .close();
        assertThat(counts("periodic")).containsExactly(4L, 4L, 0L);
    }

    @Test
    void a_period_out_of_range_is_refused() {
        JdbcStateStoreBuilder builder = JdbcStateStore.builder(postgres.dataSource());

        assertThatThrownBy(() -> builder.keepRuns(Duration.ofSeconds(59)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("runs must be kept for at least 1 minute, was PT59S");
        assertThatThrownBy(() -> Retention.of(Duration.ofDays(36_501)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from 0 to 36,500 days");
        assertThatThrownBy(() -> DAY.keepingNewest(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must not be negative, was -1");
    }
}
