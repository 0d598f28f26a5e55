package etl.testkit;

import static etl.testkit.EtlAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Task runs that wait for a pool with one start an hour, and what becomes of the others when they do not want it any more. */
@Timeout(60)
class PoolWaitTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualRunner runner = ManualRunner.create();
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final AtomicInteger executed = new AtomicInteger();

    private Etl etl() {
        return runner.builder().pool("api", 4, 1, HOUR).build();
    }

    private void failing() {
        executed.incrementAndGet();
        throw new IllegalStateException("as planned");
    }

    private RunReport cancelledAt(RunHandle run) throws InterruptedException {
        run.cancel();
        return run.await(Duration.ofNanos(1)).orElseThrow();
    }

    @Test
    void a_task_run_whose_next_attempt_waits_is_cancelled_with_its_run() throws Exception {
        orders.task("flaky")
                .pool("api")
                .retry(RetryPolicy.attempts(2).fixed(MINUTE))
                .run(ctx -> failing());
        try (Etl etl = etl()) {
            RunHandle run = etl.submit(orders.build(), Arguments.none());
            runner.advance(MINUTE.multipliedBy(2));

            RunReport report = cancelledAt(run);

            assertThat(report).wasCancelled();
            assertThat(etl.store().task(run.id(), "flaky").orElseThrow().state())
                    .isEqualTo(TaskState.CANCELLED);
            runner.advance(HOUR.multipliedBy(3));
        }
        assertThat(executed).hasValue(1);
    }

    @Test
    void an_element_whose_next_attempt_waits_is_cancelled_with_its_run() throws Exception {
        orders.task("each", Integer.class)
                .pool("api")
                .retry(RetryPolicy.attempts(2).fixed(MINUTE))
                .mapOver(List.of(1))
                .run((ctx, number) -> {
                    failing();
                    return number;
                });
        try (Etl etl = etl()) {
            RunHandle run = etl.submit(orders.build(), Arguments.none());
            runner.advance(MINUTE.multipliedBy(2));

            assertThat(cancelledAt(run)).wasCancelled();
            runner.advance(HOUR.multipliedBy(3));
        }
        assertThat(executed).hasValue(1);
    }

    @Test
    void a_missed_deadline_ends_a_task_run_whose_next_attempt_waits() {
        orders.deadline(MINUTE.multipliedBy(3))
                .task("flaky")
                .pool("api")
                .retry(RetryPolicy.attempts(2).fixed(MINUTE))
                .run(ctx -> failing());
        try (Etl etl = etl()) {
            assertThat(etl.run(orders.build())).hasFailed().took(MINUTE.multipliedBy(3));
        }
        assertThat(executed).hasValue(1);
    }

    @Test
    void those_of_a_cancelled_run_use_up_no_start() throws Exception {
        for (int task = 0; task < 5; task++) {
            orders.task("t" + task).pool("api").run(ctx -> executed.incrementAndGet());
        }
        PipelineBuilder other = Pipeline.named("other");
        other.task("only").pool("api").run(ctx -> executed.incrementAndGet());
        try (Etl etl = etl()) {
            RunHandle cancelled = etl.submit(orders.build(), Arguments.none());
            runner.runDue();
            RunHandle waiting = etl.submit(other.build(), Arguments.none());

            assertThat(cancelledAt(cancelled)).wasCancelled();
            assertThat(waiting.await(HOUR).orElseThrow()).hasSucceeded();
        }
        assertThat(executed).hasValue(2);
    }

    @Test
    void only_the_elements_of_a_mapped_task_need_the_pool() {
        orders.task("each", Integer.class)
                .pool("api")
                .mapOver(List.of(1, 2, 3))
                .run((ctx, number) -> executed.incrementAndGet());
        try (Etl etl = etl()) {
            assertThat(etl.run(orders.build())).hasSucceeded().took(HOUR.multipliedBy(2));
        }
        assertThat(executed).hasValue(3);
    }

    @Test
    void a_resume_asks_no_pool_for_what_has_succeeded_before() {
        AtomicBoolean fails = new AtomicBoolean(true);
        orders.task("root").run(ctx -> {});
        for (int task = 0; task < 3; task++) {
            boolean last = task == 2;
            orders.task("t" + task).pool("api").after("root").run(ctx -> {
                if (last && fails.getAndSet(false)) {
                    throw new IllegalStateException("as planned");
                }
                executed.incrementAndGet();
            });
        }
        Pipeline pipeline = orders.build();
        try (Etl etl = etl()) {
            RunReport failed = etl.run(pipeline);
            assertThat(failed).hasFailed().took(HOUR.multipliedBy(2));

            assertThat(etl.resume(failed.id(), pipeline).await()).hasSucceeded().took(HOUR);
        }
        assertThat(executed).hasValue(3);
    }
}
