package etl.testkit;

import static etl.testkit.EtlAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import etl.core.Arguments;
import etl.core.ArgumentsInvalidException;
import etl.core.DataInterval;
import etl.core.GenericType;
import etl.core.MappedTaskException;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Rerun;
import etl.core.RetryPolicy;
import etl.core.RunDeadlineException;
import etl.core.RunOptions;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.TaskTimeoutException;
import etl.core.TriggerRule;
import etl.core.spi.RunListener.SlaMissed;
import etl.core.spi.RunListener.TaskProgress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test can make happen in a pipeline's tasks. */
@Timeout(60)
class PipelineTestTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AtomicInteger executions = new AtomicInteger();
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final TaskRef<List<Integer>> extract = orders.task("extract", new GenericType<List<Integer>>() {})
            .retry(RetryPolicy.attempts(3).exponential(MINUTE, Duration.ofHours(1)))
            .timeout(Duration.ofMinutes(5))
            .run(ctx -> {
                executions.incrementAndGet();
                return List.of(1, 2, 3);
            });

    private TaskRef<Integer> total() {
        return orders.task("total", Integer.class)
                .from(extract)
                .run((ctx, rows) -> rows.stream().mapToInt(Integer::intValue).sum());
    }

    @Test
    void the_first_attempts_fail_and_the_waits_take_no_time() {
        TaskRef<Integer> total = total();

        TestRun run = PipelineTest.of(orders.build())
                .failing(extract, 2, () -> new IOException("connection reset"))
                .run();

        assertThat(run)
                .hasSucceeded()
                .took(Duration.ofMinutes(3))
                .retriedAfter(extract, MINUTE, Duration.ofMinutes(2))
                .attemptedOnly(extract, total)
                .ranBefore(extract, total)
                .task(extract)
                .hasAttempts(3)
                .output(total)
                .isEqualTo(6);
        assertThat(executions).hasValue(1);
    }

    @Test
    void all_attempts_fail() {
        TaskRef<Integer> total = total();

        assertThat(PipelineTest.of(orders.build())
                        .failing(extract, IOException::new)
                        .run())
                .hasFailedWith(IOException.class)
                .task(extract)
                .hasFailedWith(IOException.class)
                .hasAttempts(3)
                .task(total)
                .hasState(TaskState.UPSTREAM_FAILED)
                .hasAttempts(0);
        assertThat(executions).hasValue(0);
    }

    @Test
    void an_output_takes_the_place_of_the_code() {
        TaskRef<Integer> total = total();

        assertThat(PipelineTest.of(orders.build())
                        .failing(extract, 1, IOException::new)
                        .returning(extract, List.of(40, 2))
                        .run())
                .hasSucceeded()
                .output(total)
                .isEqualTo(42);
        assertThat(executions).hasValue(0);
    }

    @Test
    void null_is_an_output_too() {
        TaskRef<@Nullable String> nothing =
                orders.<@Nullable String>task("nothing", String.class).run(ctx -> "something");

        assertThat(PipelineTest.of(orders.build()).returning(nothing, null).run())
                .output(nothing)
                .isNull();
    }

    @Test
    void a_task_skips_itself() {
        TaskRef<Integer> total = total();
        TaskRef<String> report = orders.task("report", String.class)
                .triggerRule(TriggerRule.ALL_DONE)
                .after(total)
                .run(ctx -> "total " + ctx.output(total));

        assertThat(PipelineTest.of(orders.build())
                        .skipping(extract, "no new orders")
                        .run())
                .hasSucceeded()
                .task(extract)
                .wasSkipped("no new orders")
                .hasAttempts(1)
                .task(total)
                .wasSkipped()
                .output(report)
                .isEqualTo("total Optional.empty");
    }

    @Test
    void branches_are_chosen() {
        TaskRef<Boolean> isEmpty = orders.task("is-empty", Boolean.class).run(ctx -> false);
        TaskRef<Integer> yes =
                orders.task("yes", Integer.class).when(isEmpty, true).run(ctx -> 1);
        TaskRef<Integer> no =
                orders.task("no", Integer.class).when(isEmpty, false).run(ctx -> 2);

        assertThat(PipelineTest.of(orders.build()).returning(isEmpty, true).run())
                .hasSucceeded()
                .task(no)
                .wasSkipped()
                .output(yes)
                .isEqualTo(1);
    }

    @Test
    void elements_of_a_mapped_task_have_outputs_and_failures_of_their_own() {
        TaskRef<List<Integer>> doubled = orders.task("doubled", Integer.class)
                .retry(RetryPolicy.attempts(2).fixed(MINUTE))
                .mapOver(extract)
                .run((ctx, row) -> row * 2);
        Pipeline pipeline = orders.build();

        assertThat(PipelineTest.of(pipeline)
                        .returning(doubled, List.of(7, 8, 9))
                        .run())
                .hasSucceeded()
                .output(doubled)
                .isEqualTo(List.of(7, 8, 9));
        assertThat(PipelineTest.of(pipeline).returning(doubled, List.of(7, 8)).run())
                .hasFailed()
                .task(doubled)
                .hasFailedWith(MappedTaskException.class)
                .run()
                .element(doubled, 2)
                .hasFailedWith(IllegalStateException.class);
        assertThat(PipelineTest.of(pipeline)
                        .around(doubled, (ctx, code) -> {
                            if (ctx.mapIndex().getAsInt() == 1 && ctx.attempt() == 1) {
                                throw new IOException();
                            }
                            return code.execute();
                        })
                        .run())
                .hasSucceeded()
                .element(doubled, 0)
                .hasAttempts(1)
                .run()
                .element(doubled, 1)
                .hasAttempts(2)
                .output(doubled)
                .isEqualTo(List.of(2, 4, 6));
    }

    @Test
    void time_that_a_task_takes_is_time_in_the_report() {
        TaskRef<Integer> total = total();

        assertThat(PipelineTest.of(orders.build())
                        .taking(extract, MINUTE)
                        .taking(total, Duration.ofMinutes(30))
                        .run())
                .hasSucceeded()
                .took(Duration.ofMinutes(31))
                .task(extract)
                .took(MINUTE)
                .task(total)
                .took(Duration.ofMinutes(30));
    }

    @Test
    void an_attempt_that_takes_too_long_is_timed_out_at_that_moment() {
        assertThat(PipelineTest.of(orders.build())
                        .taking(extract, Duration.ofHours(1))
                        .run())
                .hasFailedWith(TaskTimeoutException.class)
                .took(Duration.ofMinutes(3 * 5 + 1 + 2))
                .task(extract)
                .took(Duration.ofMinutes(5))
                .hasAttempts(3);
        assertThat(executions).hasValue(0);
    }

    @Test
    void the_deadline_of_the_run_passes() {
        TaskRef<Integer> total = total();
        TaskRef<@Nullable Void> last = orders.task("last").runsFinally().run(ctx -> {});
        orders.deadline(Duration.ofMinutes(10));

        assertThat(PipelineTest.of(orders.build())
                        .taking(total, Duration.ofMinutes(20))
                        .run())
                .hasFailedWith(RunDeadlineException.class)
                .took(Duration.ofMinutes(10))
                .task(total)
                .hasState(TaskState.CANCELLED)
                .task(last)
                .hasSucceeded();
    }

    @Test
    void missed_slas_are_events_and_callbacks() {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        TaskRef<@Nullable Void> slow = orders.task("slow")
                .sla(Duration.ofMinutes(10))
                .onSlaMiss(miss -> told.add("slow"))
                .run(ctx -> {});
        orders.sla(Duration.ofMinutes(15)).onSlaMiss(miss -> told.add("run"));

        TestRun run = PipelineTest.of(orders.build())
                .taking(slow, Duration.ofMinutes(20))
                .run();

        assertThat(run).hasSucceeded();
        assertThat(run.events(SlaMissed.class))
                .extracting(SlaMissed::taskId)
                .containsExactly(Optional.of("slow"), Optional.empty());
        assertThat(told).containsExactly("slow", "run", "run");
    }

    @Test
    void a_run_is_cancelled_in_the_middle_and_still_cleaned_up() {
        TaskRef<Integer> total = total();
        TaskRef<@Nullable Void> teardown =
                orders.task("teardown").teardownOf(extract).after(total).run(ctx -> {});
        TaskRef<@Nullable Void> below = orders.task("below").after(total).run(ctx -> {});

        assertThat(PipelineTest.of(orders.build()).cancelling(total).run())
                .wasCancelled()
                .attemptedOnly(extract, total, teardown)
                .task(total)
                .hasState(TaskState.CANCELLED)
                .task(below)
                .hasState(TaskState.CANCELLED)
                .task(teardown)
                .hasSucceeded();
    }

    @Test
    void what_was_asked_of_a_task_is_taken_back_for_the_resume() {
        TaskRef<Integer> total = total();
        PipelineTest test =
                PipelineTest.of(orders.build()).failing(total, IOException::new).taking(total, MINUTE);
        TestRun failed = test.run();

        TestRun resumed = test.asDeclared(total).resume(failed);

        assertThat(failed).hasFailed().took(MINUTE);
        assertThat(resumed)
                .hasSucceeded()
                .took(Duration.ZERO)
                .attemptedOnly(total)
                .task(extract)
                .hasAttempts(1)
                .task(total)
                .hasAttempts(2);
        assertThat(resumed.id()).isEqualTo(failed.id());
    }

    @Test
    void a_run_that_has_ended_is_rerun() {
        TaskRef<Integer> total = total();
        PipelineTest test = PipelineTest.of(orders.build());
        TestRun run = test.run();

        assertThat(test.returning(total, 7).rerun(run, Rerun.only("total")))
                .hasSucceeded()
                .attemptedOnly(total)
                .output(total)
                .isEqualTo(7);
        assertThat(executions).hasValue(1);
    }

    @Test
    void arguments_options_pools_and_progress() {
        Parameter<Integer> factor = orders.parameter("factor", Integer.class).required();
        DataInterval day =
                new DataInterval(Instant.parse("2001-01-01T00:00:00Z"), Instant.parse("2001-01-02T00:00:00Z"));
        TaskRef<String> told = orders.task("told", String.class)
                .pool("warehouse")
                .run(ctx -> {
                    ctx.progress(1, 2);
                    ctx.rowsRead(5);
                    return ctx.get(factor) + " " + ctx.dataInterval().equals(Optional.of(day));
                });
        PipelineTest test = PipelineTest.of(orders.build())
                .arguments(Arguments.of(factor, 3))
                .options(RunOptions.none().dataInterval(day))
                .orchestrator(etl -> etl.pool("warehouse", 1));

        TestRun run = test.run();

        assertThat(run).hasSucceeded().task(told).hasRows(5, 0, 0).output(told).isEqualTo("3 true");
        assertThat(run.events(TaskProgress.class))
                .extracting(TaskProgress::total)
                .containsExactly(2L);
        assertThat(test.run().id()).isNotEqualTo(run.id());
        assertThatExceptionOfType(ArgumentsInvalidException.class)
                .isThrownBy(() -> test.arguments(Arguments.none()).run());
    }

    @Test
    void faults_of_the_test_itself_are_refused() {
        PipelineTest test = PipelineTest.of(orders.build());
        PipelineBuilder others = Pipeline.named("others");
        TaskRef<Integer> foreign = others.task("foreign", Integer.class).run(ctx -> 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> test.returning(foreign, 1))
                .withMessage("pipeline 'orders' has no task 'foreign'");
        assertThatIllegalArgumentException().isThrownBy(() -> test.failing(foreign, IOException::new));
        assertThatIllegalArgumentException().isThrownBy(() -> test.crashingAfter(foreign));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> test.taking(extract, Duration.ofSeconds(-1)))
                .withMessage("duration is PT-1S and must not be negative");
    }
}
