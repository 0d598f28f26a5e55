package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.EngineAttempt;
import etl.core.Etl;
import etl.core.ExternalRuns;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskAbandonedException;
import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.TaskState;
import etl.core.TaskTimeoutException;
import etl.core.spi.EngineRun;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a timeout, a grace period and a deadline do at their very moment. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimeoutTimingTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final ManualTime time = new ManualTime();
    private final Etl etl = Etl.builder().time(time).grace(GRACE).build();
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    @AfterEach
    void close() {
        etl.close();
    }

    private RunHandle submit() {
        return etl.submit(pipeline.build(), Arguments.none());
    }

    @Test
    void a_timeout_that_is_not_reached_leaves_no_alarm() throws InterruptedException {
        CountDownLatch goOn = new CountDownLatch(1);
        pipeline.task("slow").timeout(LIMIT).run(ctx -> goOn.await());
        RunHandle run = submit();
        time.awaitAlarms(1);
        time.advance(LIMIT.minusNanos(1));
        goOn.countDown();

        assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
        time.advance(LIMIT);
        assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void a_result_that_comes_after_the_timeout_comes_too_late() throws InterruptedException {
        TaskRef<String> late = pipeline.task("late", String.class)
                .timeout(LIMIT)
                .run(ctx -> {
                    while (!ctx.isCancelled()) {
                        Thread.onSpinWait();
                    }
                    return "late";
                });
        RunHandle run = submit();
        time.awaitAlarms(1);
        time.advance(LIMIT);

        assertThat(run.await().task(late))
                .returns(TaskState.FAILED, TaskReport::state)
                .satisfies(task ->
                        assertThat(task.error().orElseThrow().type()).isEqualTo(TaskTimeoutException.class.getName()));
    }

    @Test
    void what_the_task_throws_when_it_is_timed_out_is_kept() throws InterruptedException {
        pipeline.task("slow").timeout(LIMIT).run(ctx -> new CountDownLatch(1).await());
        RunHandle run = submit();
        time.awaitAlarms(1);
        time.advance(LIMIT);

        assertThat(run.await().error().orElseThrow().stack())
                .startsWith(TaskTimeoutException.class.getName())
                .contains("Suppressed: java.lang.InterruptedException");
    }

    @RepeatedTest(50)
    void timeout_against_the_end_of_the_task() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        TaskRef<@Nullable Void> task = pipeline.task("a").timeout(LIMIT).run(ctx -> {
            time.awaitAlarms(1);
            barrier.await(20, TimeUnit.SECONDS);
        });
        TaskRef<@Nullable Void> next = pipeline.task("b").after(task).run(ctx -> {});
        RunHandle run = submit();
        barrier.await(20, TimeUnit.SECONDS);
        time.advance(LIMIT);
        RunReport report = run.await();

        assertThat(report.state()).isIn(RunState.SUCCEEDED, RunState.FAILED);
        assertThat(report.task(task).state().name()).isEqualTo(report.state().name());
        assertThat(report.task(next).state())
                .isEqualTo(report.state() == RunState.SUCCEEDED ? TaskState.SUCCEEDED : TaskState.UPSTREAM_FAILED);
    }

    @Test
    void a_thread_is_given_up_when_the_grace_period_is_over_and_not_before() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        TaskRef<@Nullable Void> stubborn = pipeline.task("stubborn")
                .timeout(LIMIT)
                .run(ctx -> {
                    while (release.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                });
        RunHandle run = submit();
        time.awaitAlarms(1);
        time.advance(LIMIT);
        time.advance(GRACE.minusNanos(1));
        assertThat(run.end()).isNotDone();
        time.advance(Duration.ofNanos(1));
        RunReport report = run.await();
        release.countDown();

        assertThat(report.task(stubborn).error().orElseThrow().type())
                .isEqualTo(TaskAbandonedException.class.getName());
    }

    @Test
    void a_timeout_counts_for_each_attempt_by_itself() throws InterruptedException {
        TaskRef<Integer> slow = pipeline.task("slow", Integer.class)
                .timeout(LIMIT)
                .retry(RetryPolicy.attempts(3).fixed(Duration.ofHours(1)))
                .run(ctx -> {
                    if (ctx.attempt() < 3) {
                        new CountDownLatch(1).await();
                    }
                    return ctx.attempt();
                });
        RunHandle run = submit();
        for (int attempt = 1; attempt < 3; attempt++) {
            time.awaitAlarms(1);
            time.advance(LIMIT);
            awaitRetrying(run, attempt);
            time.advance(Duration.ofHours(1));
        }

        assertThat(run.await().output(slow)).isEqualTo(3);
    }

    private void awaitRetrying(RunHandle run, int attempt) throws InterruptedException {
        while (etl.store()
                .task(run.id(), "slow")
                .filter(task -> task.state() == TaskState.RETRYING && task.attempt() == attempt)
                .isEmpty()) {
            Thread.onSpinWait();
        }
        time.awaitAlarms(1);
    }

    @Test
    void a_close_drops_the_retries_that_are_due_later() throws InterruptedException {
        pipeline.task("flaky").retry(RetryPolicy.attempts(2).fixed(LIMIT)).run(ctx -> {
            throw new IllegalStateException("attempt " + ctx.attempt());
        });
        RunHandle run = submit();
        time.awaitAlarms(1);
        etl.close();
        time.advance(LIMIT);

        assertThat(run.end()).isCompletedExceptionally();
        assertThat(etl.store().task(run.id(), "flaky").orElseThrow())
                .satisfies(task -> assertThat(task.attempt()).isEqualTo(1))
                .satisfies(task -> assertThat(task.state()).isEqualTo(TaskState.RETRYING));
    }

    @Test
    void an_engines_attempt_is_refused_another_one_after_the_deadline_since_the_first() {
        pipeline.task("flaky")
                .retry(RetryPolicy.attempts(100).fixed(Duration.ofSeconds(10)).deadline(Duration.ofSeconds(25)))
                .run(ctx -> {
                    throw new IllegalStateException("attempt " + ctx.attempt());
                });
        Pipeline built = pipeline.build();
        ExternalRuns external = etl.external();
        RunId run = external.begin(built, Arguments.none(), new EngineRun("luigi", "2001-01-01"));

        EngineAttempt first = external.attempt(built, run, "flaky", 0);
        time.advance(Duration.ofSeconds(10));
        EngineAttempt second = external.attempt(built, run, "flaky", 0);
        time.advance(Duration.ofSeconds(10));
        EngineAttempt third = external.attempt(built, run, "flaky", 0);

        assertThat(first.state()).isEqualTo(TaskState.RETRYING);
        assertThat(first.retryAfter()).isEqualTo(Duration.ofSeconds(10));
        assertThat(second.state()).isEqualTo(TaskState.RETRYING);
        assertThat(third)
                .returns(TaskState.FAILED, EngineAttempt::state)
                .returns(Duration.ZERO, EngineAttempt::retryAfter);
    }
}
