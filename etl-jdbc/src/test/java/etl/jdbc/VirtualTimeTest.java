package etl.jdbc;

import static etl.testkit.EtlAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.GenericType;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunState;
import etl.core.SingleTask;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.testkit.ManualRunner;
import etl.testkit.PipelineTest;
import etl.testkit.PostgresExtension;
import etl.testkit.TestRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs on the thread of the test, on PostgreSQL: a commit under way is not taken for nothing to do. */
@Timeout(120)
class VirtualTimeTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final StateStore store = JdbcStateStore.open(postgres.databaseUrl());
    private final List<String> executed = new ArrayList<>();
    private final PipelineBuilder orders = Pipeline.named("orders").deadline(Duration.ofHours(1));
    private final TaskRef<List<Integer>> extract = orders.task("extract", new GenericType<List<Integer>>() {})
            .retry(RetryPolicy.attempts(3).fixed(Duration.ofMinutes(10)))
            .run(ctx -> IntStream.range(0, 20).boxed().toList());
    private final TaskRef<List<Integer>> load = orders.task("load", Integer.class)
            .mapOver(extract)
            .run((ctx, row) -> {
                executed.add("load " + row);
                return row * 2;
            });
    private final TaskRef<Integer> total = orders.task("total", Integer.class)
            .from(load)
            .run((ctx, rows) -> rows.stream().mapToInt(Integer::intValue).sum());
    private final TaskRef<@Nullable Void> report =
            orders.task("report").after(total).run(ctx -> executed.add("report"));

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void retries_and_the_deadline_pass_in_no_time() {
        Pipeline pipeline = orders.build();

        assertThat(PipelineTest.of(pipeline)
                        .store(store)
                        .failing(extract, 2, IOException::new)
                        .run())
                .hasSucceeded()
                .took(Duration.ofMinutes(20))
                .output(total)
                .isEqualTo(380);
        assertThat(PipelineTest.of(pipeline)
                        .store(store)
                        .taking(total, Duration.ofHours(2))
                        .run())
                .hasFailed()
                .took(Duration.ofHours(1))
                .task(total)
                .hasState(TaskState.CANCELLED);
    }

    @Test
    void a_crash_leaves_what_was_committed_and_a_resume_goes_on_after_it() {
        PipelineTest test = PipelineTest.of(orders.build()).store(store).crashingAfter(load);
        TestRun crashed = test.run();
        assertThat(crashed).hasCrashed();
        assertThat(store.find(crashed.id()).orElseThrow().state()).isEqualTo(RunState.RUNNING);
        assertThat(store.task(crashed.id(), "total")).isEmpty();
        TestRun again = test.crashingBeforeStored(report).resume(crashed);

        assertThat(again).hasCrashed().attemptedOnly(total, report);
        assertThat(test.resume(again))
                .hasSucceeded()
                .attemptedOnly(report)
                .task(report)
                .hasAttempts(2);
        assertThat(executed).hasSize(22).endsWith("report", "report");
        assertThat(executed.subList(0, 20)).doesNotHaveDuplicates();
    }

    @Test
    void one_task_alone_reads_its_inputs_from_the_database() {
        Pipeline pipeline = orders.build();
        TestRun failed = PipelineTest.of(pipeline)
                .store(store)
                .failing(total, IOException::new)
                .run();

        assertThat(SingleTask.of(pipeline, total).from(store, failed.id()).run())
                .hasSucceeded()
                .output()
                .isEqualTo(380);
        assertThat(SingleTask.ofElement(pipeline, load, 7)
                        .from(store, failed.id())
                        .run())
                .output()
                .isEqualTo(14);
        assertThat(store.task(failed.id(), "total").orElseThrow().attempt()).isEqualTo(1);
    }

    @Test
    void an_orchestrator_closes_the_store_that_it_was_given() {
        StateStore own = JdbcStateStore.open(postgres.databaseUrl());
        Pipeline pipeline = orders.build();
        try (var etl = ManualRunner.create().builder(own).build()) {
            assertThat(etl.run(pipeline)).hasSucceeded();
        }

        assertThatThrownBy(() -> own.recent(1)).isInstanceOf(StateStoreException.class);
    }
}
