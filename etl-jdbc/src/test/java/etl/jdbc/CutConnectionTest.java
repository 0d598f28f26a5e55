package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunReport;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.StoredTask;
import etl.jdbc.TcpProxy.Cut;
import etl.testkit.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that a network cuts when a commit is sent, so that nobody knows at first what has become of it. */
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CutConnectionTest {
    private static final int TASKS = 20;
    private static final List<Cut> CUTS = List.of(Cut.values());

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void whichever_commits_are_cut_off_nothing_is_executed_or_recorded_twice() throws Exception {
        Random random = new Random(7);
        AtomicIntegerArray executions = new AtomicIntegerArray(TASKS);
        try (TcpProxy network = new TcpProxy(postgres.databaseUrl());
                Etl etl =
                        Etl.builder().store(JdbcStateStore.open(network.url())).build()) {
            PipelineBuilder builder = Pipeline.named("cut");
            TaskRef<Integer> last = builder.task("t0", Integer.class).run(context -> executions.incrementAndGet(0));
            for (int i = 1; i < TASKS; i++) {
                int number = i;
                last = builder.task("t" + i, Integer.class).from(last).run((context, count) -> {
                    executions.incrementAndGet(number);
                    network.cutNext(CUTS.get(random.nextInt(CUTS.size())));
                    return count + 1;
                });
            }

            RunReport report = etl.run(builder.build()).orThrow();

            assertThat(report.output(last)).isEqualTo(TASKS);
            assertThat(network.cuts()).isGreaterThan(TASKS / 4);
            assertThat(IntStream.range(0, TASKS).map(executions::get)).containsOnly(1);
            assertThat(etl.store().tasks(report.id()))
                    .hasSize(TASKS)
                    .allSatisfy(task -> assertThat(task.attempts()).hasSize(1))
                    .extracting(StoredTask::state)
                    .containsOnly(TaskState.SUCCEEDED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_a_task_commits_itself_is_there_once(Cut cut) throws Exception {
        Payments.clear(postgres);
        AtomicInteger executions = new AtomicInteger();
        try (TcpProxy network = new TcpProxy(postgres.databaseUrl())) {
            JdbcStateStore store = JdbcStateStore.open(network.url());
            Transactions transactions = Transactions.in(store);
            PipelineBuilder builder = Pipeline.named("orders");
            TaskRef<Long> pay = builder.task("pay", Long.class)
                    .retry(RetryPolicy.attempts(3))
                    .run(context -> transactions.commit(context, connection -> {
                        if (executions.incrementAndGet() == 1) {
                            network.cutNext(cut);
                        }
                        return Payments.pay(connection, context.attempt());
                    }));

            try (Etl etl = Etl.builder().store(store).build()) {
                RunReport run = etl.run(builder.build()).orThrow();

                long counted = run.output(pay);
                assertThat(Payments.all(postgres.dataSource())).containsExactly(counted);
                if (cut == Cut.BEFORE_COMMIT) {
                    assertThat(counted).isEqualTo(2);
                } else if (cut != Cut.AFTER_COMMIT) {
                    assertThat(counted).isEqualTo(1);
                }
            }
            assertThat(network.cuts()).isEqualTo(cut == Cut.NOWHERE ? 0 : 1);
        }
    }

    @Test
    void a_lost_start_of_a_run_is_recorded_once() throws Exception {
        List<String> runs = new ArrayList<>();
        for (Cut cut : List.of(Cut.BEFORE_COMMIT, Cut.AFTER_COMMIT, Cut.BEFORE_ITS_ANSWER)) {
            try (TcpProxy network = new TcpProxy(postgres.databaseUrl());
                    Etl etl = Etl.builder()
                            .store(JdbcStateStore.open(network.url()))
                            .build()) {
                PipelineBuilder builder = Pipeline.named("started");
                builder.task("only").run(context -> {});
                Pipeline pipeline = builder.build();
                network.cutNext(cut);
                RunReport run = etl.run(pipeline).orThrow();
                runs.add(run.id().toString());
                assertThat(network.cuts()).isOne();
            }
        }
        assertThat(Query.strings(
                        postgres.dataSource(), "select run_id from etl.pipeline_runs where pipeline = 'started'"))
                .containsExactlyInAnyOrderElementsOf(runs);
    }
}
