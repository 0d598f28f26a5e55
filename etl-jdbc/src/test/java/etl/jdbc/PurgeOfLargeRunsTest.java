package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.RunId;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.StateStoreException;
import etl.testkit.PostgresExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs with more rows than one transaction deletes. */
class PurgeOfLargeRunsTest {
    private static final String PIPELINE = "orders";
    private static final String KEY = "monday";
    private static final Retention DAY = Retention.of(Duration.ofDays(1));
    private static final int TASKS = 12_000;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final RunId run = RunId.ofKey(PIPELINE, KEY);
    private JdbcStateStore store;

    @BeforeEach
    void aLargeRun() throws Exception {
        store = JdbcStateStore.open(postgres.databaseUrl());
        postgres.execute("truncate etl.pipeline_runs, etl.pipeline_tasks cascade;"
                + "insert into etl.pipeline_runs (run_id, pipeline, fingerprint, run_key, arguments, engine, engine_run_id,"
                + " state, tasks, created_at, ended_at) values ('" + run + "', '" + PIPELINE + "', 'f00d', '" + KEY
                + "', '{}', 'local', '', 'SUCCEEDED', 2, now() - interval '3 days', now() - interval '2 days');"
                + "insert into etl.pipeline_tasks (run_id, task_id, map_index, state, attempt, output)"
                + " select '" + run + "', 'mapped', i, 'SUCCEEDED', 1, '1' from generate_series(0, " + (TASKS - 1)
                + ") i;"
                + "insert into etl.raw_data (run_id, source, position, content, content_hash)"
                + " select '" + run + "', 's', i, '1', '' from generate_series(1, 6000) i;"
                + "insert into etl.transformed_data (run_id, source, raw_id, content, status)"
                + " select run_id, source, raw_id, '1', 'VALID' from etl.raw_data");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_large_run_is_deleted_in_small_transactions() throws Exception {
        postgres.execute("create table deletions (transaction bigint, rows bigint);"
                + "create function note_deletion() returns trigger language plpgsql as $$ begin"
                + " insert into deletions select txid_current(), count(*) from gone; return null; end $$;");
        for (String table : new String[] {"pipeline_tasks", "raw_data", "transformed_data"}) {
            postgres.execute("create trigger note after delete on etl." + table
                    + " referencing old table as gone for each statement execute function note_deletion()");
        }

        assertThat(store.purge(DAY)).isEqualTo(new Purged(1, TASKS));

        assertThat(Query.longs(
                        postgres.dataSource(),
                        "select sum(rows) from deletions group by transaction having sum(rows) > 0"))
                .hasSize(5)
                .allMatch(rows -> rows <= 5_000);
        assertThat(Query.longs(
                        postgres.dataSource(),
                        "select (select count(*) from etl.pipeline_tasks) + (select count(*) from etl.raw_data)"
                                + " + (select count(*) from etl.transformed_data)"
                                + " + (select count(*) from etl.pipeline_runs)"))
                .containsExactly(0L);
        postgres.execute("drop function note_deletion cascade; drop table deletions");
    }

    @Test
    void a_run_of_which_a_part_is_deleted_is_not_there() throws Exception {
        deleteAPart();

        assertThat(Query.longs(postgres.dataSource(), "select count(*) from etl.pipeline_tasks"))
                .containsExactly(TASKS - 1_000L);
        assertThat(store.find(run)).isEmpty();
        assertThat(store.findByKey(PIPELINE, KEY)).isEmpty();
        assertThat(store.recent(10)).isEmpty();
        assertThat(store.tasks(run)).isEmpty();
        assertThat(store.task(run, "mapped")).isEmpty();
        assertThat(store.outputs(run, "mapped", Integer.class)).isEmpty();
        assertThat(store.requestCancel(run)).isFalse();
        assertThat(store.purgeable(DAY)).isEqualTo(Purged.NOTHING);
        assertThatThrownBy(() -> store.journal(run))
                .isInstanceOf(StateStoreException.class)
                .hasMessageContaining("there is no run " + run);
        assertThatThrownBy(() -> store.leases().take(run))
                .as("what a process does that has found the run just before")
                .isInstanceOf(StateStoreException.class)
                .hasMessageContaining("a purge");
    }

    @Test
    void what_a_purge_has_left_is_deleted_by_the_next_one() throws Exception {
        deleteAPart();

        assertThat(store.purge(Retention.of(Duration.ofDays(1_000)).ofPipeline("other")))
                .isEqualTo(new Purged(1, TASKS - 1_000));
        assertThat(Query.longs(postgres.dataSource(), "select count(*) from etl.pipeline_runs"))
                .containsExactly(0L);
    }

    @Test
    void the_key_is_free_as_soon_as_the_run_is_not_there() throws Exception {
        deleteAPart();

        NewRun next = new NewRun(
                run,
                PIPELINE,
                "f00d",
                Optional.of(KEY),
                Map.of(),
                EngineRun.LOCAL,
                2,
                Instant.parse("2001-01-01T12:00:00Z"),
                Optional.empty(),
                false);
        assertThat(store.create(next)).isTrue();
        assertThat(store.create(next)).isFalse();
        assertThat(store.findByKey(PIPELINE, KEY).orElseThrow().definition()).isEqualTo(next);
        assertThat(store.tasks(run)).isEmpty();
    }

    @Test
    void an_interrupted_purge_stops_and_the_next_one_goes_on() throws Exception {
        deleteAPart();
        Thread.currentThread().interrupt();

        Purged interrupted = store.purge(DAY);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(interrupted).isEqualTo(Purged.NOTHING);
        assertThat(store.purge(DAY)).isEqualTo(new Purged(1, TASKS - 1_000));
    }

    /** As a purge leaves it that is ended by force. */
    private void deleteAPart() {
        RunDeletion deletion = new RunDeletion(store.database());
        store.database().transaction("beginning a purge", connection -> {
            deletion.mark(connection, run.value());
            return deletion.deleteSome(connection, run.value(), 6_000)
                    .plus(deletion.deleteSome(connection, run.value(), 6_000))
                    .plus(deletion.deleteSome(connection, run.value(), 1_000));
        });
    }
}
