package etl.testkit;

import static etl.testkit.EtlAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.TaskTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RetryTimingTest {
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    private TaskRef<@Nullable Void> alwaysFailing(RetryPolicy policy) {
        return pipeline.task("flaky").retry(policy).run(ctx -> {
            throw new IllegalStateException("attempt " + ctx.attempt());
        });
    }

    private TestRun start() {
        return PipelineTest.of(pipeline.build()).start();
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void waits_grow_exponentially_up_to_the_cap() {
        TaskRef<@Nullable Void> flaky = alwaysFailing(RetryPolicy.attempts(5).exponential(seconds(1), seconds(5)));

        assertThat(start().finish())
                .hasFailed()
                .took(seconds(12))
                .retriedAfter(flaky, seconds(1), seconds(2), seconds(4), seconds(5));
    }

    @Test
    void no_attempt_begins_after_the_deadline() {
        TaskRef<@Nullable Void> flaky =
                alwaysFailing(RetryPolicy.attempts(100).fixed(seconds(10)).deadline(seconds(25)));

        assertThat(start().finish()).hasFailed().took(seconds(20)).task(flaky).hasAttempts(3);
    }

    @Test
    void a_wait_holds_no_worker() {
        TaskRef<@Nullable Void> flaky = alwaysFailing(RetryPolicy.attempts(2).fixed(Duration.ofDays(1)));
        TaskRef<@Nullable Void> other = pipeline.parallelism(1).task("other").run(ctx -> {});

        TestRun run = start().runDue();

        assertThat(run.state(flaky)).isEqualTo(TaskState.RETRYING);
        assertThat(run.state(other)).isEqualTo(TaskState.SUCCEEDED);
        assertThat(run.finish()).hasFailed().task(flaky).hasAttempts(2);
    }

    @Test
    void cancelling_a_waiting_task_ends_the_run_at_once() {
        TaskRef<@Nullable Void> flaky = alwaysFailing(RetryPolicy.attempts(2).fixed(Duration.ofDays(1)));

        assertThat(start().runDue().cancel().runDue())
                .wasCancelled()
                .took(Duration.ZERO)
                .task(flaky)
                .hasState(TaskState.CANCELLED);
    }

    @Test
    void a_timeout_fails_the_attempt() {
        TaskRef<@Nullable Void> slow =
                pipeline.task("slow").timeout(Duration.ofMinutes(5)).run(ctx -> {});

        assertThat(PipelineTest.of(pipeline.build())
                        .taking(slow, Duration.ofMinutes(6))
                        .run())
                .hasFailedWith(TaskTimeoutException.class)
                .took(Duration.ofMinutes(5));
    }
}
