package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunRequest;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks of which each waits for the one before to be durable. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChainsTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void a_chain_costs_one_transaction_a_task() throws SQLException {
        int tasks = 300;
        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
                Etl etl = Etl.builder().store(store).build()) {
            etl.run(chain(3)).orThrow();
            long before = transactions();

            etl.run(chain(tasks)).orThrow();

            assertThat(transactions() - before).isBetween((long) tasks, Math.round(tasks * 1.1));
        }
    }

    @Test
    void a_run_costs_two_transactions_besides_its_tasks_if_it_is_alone() throws SQLException {
        int runs = 40;
        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
                Etl etl = Etl.builder().store(store).build()) {
            Pipeline pipeline = chain(2);
            etl.run(pipeline).orThrow();
            long before = transactions();

            for (int i = 0; i < runs; i++) {
                etl.run(pipeline).orThrow();
            }

            assertThat(transactions() - before).isBetween(4L * runs, Math.round(4.5 * runs));
        }
    }

    @Test
    void runs_that_are_submitted_together_share_transactions() throws SQLException {
        int runs = 200;
        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
                Etl etl = Etl.builder().store(store).build()) {
            RunRequest request = new RunRequest(chain(3), Arguments.none());
            etl.run(request.pipeline()).orThrow();
            long before = transactions();

            List<RunHandle> handles = etl.submitAll(Collections.nCopies(runs, request));
            handles.forEach(run -> run.await().orThrow());

            assertThat(transactions() - before).isLessThan(runs);
        }
    }

    /** A thread of one run is told what has become of tasks that it executed for others. */
    @Test
    void many_chains_go_on_together() throws Exception {
        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
                Etl etl = Etl.builder().store(store).parallelism(4).build()) {
            Pipeline pipeline = chain(30);
            List<RunHandle> runs = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                runs.add(etl.submit(pipeline, Arguments.none()));
            }

            for (RunHandle run : runs) {
                assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
            }
        }
    }

    private static Pipeline chain(int tasks) {
        PipelineBuilder builder = Pipeline.named("chain");
        TaskRef<Void> last = builder.task("t0").run(context -> {});
        for (int i = 1; i < tasks; i++) {
            last = builder.task("t" + i).after(last).run(context -> {});
        }
        return builder.build();
    }

    /** Those that have changed something since the server was made; this is one of them. */
    private static long transactions() throws SQLException {
        return Query.longs(postgres.dataSource(), "select pg_current_xact_id()::text::bigint")
                .get(0);
    }
}
