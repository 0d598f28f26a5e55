package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunId;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.jdbc.JdbcStateStore;
import etl.testkit.PostgresExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The code of docs/retention.md. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RetentionPageTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static RunId runOfLongAgo() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("load").run(context -> {});
        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build()) {
            RunId run = etl.run(builder.build()).orThrow().id();
            postgres.execute("update etl.pipeline_runs set created_at = created_at - interval '100 days',"
                    + " ended_at = ended_at - interval '100 days' where run_id = '" + run + "'");
            return run;
        }
    }

    @Test
    void a_store_deletes_old_runs_by_itself() throws Exception {
        RunId run = runOfLongAgo();
        String databaseUrl = postgres.databaseUrl();
        // snippet
        JdbcStateStore store = JdbcStateStore.builder(databaseUrl)
                .keepRuns(Duration.ofDays(90))
                .open();
        // end
        try (store) {
            while (store.find(run).isPresent()) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void old_runs_are_deleted_on_demand() throws Exception {
        runOfLongAgo();
        runOfLongAgo();
        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build()) {
            // snippet
            Retention retention =
                    Retention.of(Duration.ofDays(30)).ofPipeline("orders").keepingNewest(1);
            Purged wouldBe = etl.store().purgeable(retention);
            Purged purged = etl.store().purge(retention);
            // end
            assertThat(purged).isEqualTo(wouldBe).isEqualTo(new Purged(1, 1));
        }
    }
}
