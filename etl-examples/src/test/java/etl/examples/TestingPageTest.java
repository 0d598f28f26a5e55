package etl.examples;

import static etl.testkit.EtlAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.InMemoryStateStore;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunId;
import etl.core.SingleTask;
import etl.core.TaskOutcome;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.testkit.ManualRunner;
import etl.testkit.PipelineTest;
import etl.testkit.TestRun;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The code of docs/testing.md. */
class TestingPageTest {
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final Parameter<LocalDate> day =
            orders.parameter("day", LocalDate.class).optional(LocalDate.EPOCH);
    private final TaskRef<List<Integer>> extract = orders.task("extract", new GenericType<List<Integer>>() {})
            .retry(RetryPolicy.attempts(3).exponential(Duration.ofMinutes(1), Duration.ofHours(1)))
            .run(ctx -> List.of(60, 40));
    private final TaskRef<Map<String, Double>> rates =
            orders.task("rates", new GenericType<Map<String, Double>>() {}).run(ctx -> Map.of("EUR", 1.0));
    private final TaskRef<Integer> load = orders.task("load", Integer.class)
            .from(extract, rates)
            .run((ctx, rows, rate) -> {
                ctx.rowsRead(rows.size());
                ctx.rowsWritten(rows.size());
                return (int) (rows.stream().mapToInt(Integer::intValue).sum() * rate.get("EUR"));
            });
    private final Pipeline pipeline = orders.build();

    /** Application code that is given an orchestrator. */
    private record Import(Etl etl, Pipeline pipeline) {
        void importDay(LocalDate imported) {
            etl.run(pipeline, Arguments.parse(pipeline, Map.of("day", imported.toString())))
                    .orThrow();
        }
    }

    @Test
    void a_run_in_virtual_time() {
        // snippet
        TestRun run = PipelineTest.of(pipeline)
                .arguments(Arguments.of(day, LocalDate.of(2001, 1, 1)))
                .failing(extract, 2, () -> new IOException("connection reset"))
                .returning(rates, Map.of("EUR", 1.5))
                .taking(load, Duration.ofMinutes(20))
                .run();

        assertThat(run)
                .hasSucceeded()
                .took(Duration.ofMinutes(23))
                .retriedAfter(extract, Duration.ofMinutes(1), Duration.ofMinutes(2))
                .ranBefore(rates, load)
                .task(extract)
                .hasAttempts(3)
                .output(load)
                .isEqualTo(150);
        // end
    }

    @Test
    void a_crash_and_a_resume() {
        // snippet
        PipelineTest test = PipelineTest.of(pipeline).crashingBeforeStored(load);
        TestRun crashed = test.run();
        assertThat(crashed).hasCrashed();

        assertThat(test.resume(crashed)).hasSucceeded().attemptedOnly(load);
        // end
    }

    @Test
    void step_by_step() {
        // snippet
        TestRun run =
                PipelineTest.of(pipeline).failing(extract, 1, IOException::new).start();
        run.runDue();
        assertThat(run.state(extract)).isEqualTo(TaskState.RETRYING);
        run.advance(Duration.ofMinutes(1));
        assertThat(run.attempts(extract)).isEqualTo(2);
        assertThat(run.finish()).hasSucceeded();
        // end
    }

    @Test
    void one_task_alone() {
        // snippet
        TaskOutcome<Integer> outcome = SingleTask.of(pipeline, load)
                .input(extract, List.of(10, 20))
                .input(rates, Map.of("EUR", 2.0))
                .arguments(Arguments.of(day, LocalDate.of(2001, 1, 1)))
                .run();

        assertThat(outcome).hasSucceeded().hasRows(2, 2, 0).output().isEqualTo(60);
        // end
    }

    @Test
    void the_task_of_a_stored_run() {
        InMemoryStateStore store = InMemoryStateStore.create();
        RunId failed = PipelineTest.of(pipeline)
                .store(store)
                .failing(load, IOException::new)
                .run()
                .id();
        try (Etl etl = Etl.builder().store(store).build()) {
            // snippet
            TaskOutcome<Integer> again =
                    SingleTask.of(pipeline, load).from(etl.store(), failed).run();
            // end

            assertThat(again).output().isEqualTo(100);
        }
    }

    @Test
    void code_that_runs_pipelines() {
        // snippet
        ManualRunner runner = ManualRunner.create();
        try (Etl etl = runner.builder().build()) {
            new Import(etl, pipeline).importDay(LocalDate.of(2001, 1, 1));
        }
        // end

        assertThat(runner.time().instant()).hasToString("2001-01-01T00:00:00Z");
    }
}
