package etl.testkit;

import static etl.testkit.EtlAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunOptions;
import etl.core.TaskRef;
import etl.core.TaskState;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that the test goes through step by step. */
@Timeout(60)
class StepwiseRunTest {
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final TaskRef<Integer> load = orders.task("load", Integer.class)
            .retry(RetryPolicy.attempts(3).fixed(Duration.ofMinutes(5)))
            .run(ctx -> 1);
    private final TaskRef<Integer> next =
            orders.task("next", Integer.class).from(load).run((ctx, rows) -> rows + 1);
    private final PipelineTest test = PipelineTest.of(orders.build()).failing(load, 2, IOException::new);

    @Test
    void the_clock_goes_on_when_the_test_says_so() {
        TestRun run = test.start();
        assertThat(run.state(load)).isEqualTo(TaskState.PENDING);
        assertThat(run.attempts(load)).isZero();

        run.runDue();
        assertThat(run.state(load)).isEqualTo(TaskState.RETRYING);
        assertThat(run.attempts(load)).isEqualTo(1);

        run.advance(Duration.ofMinutes(5).minusNanos(1));
        assertThat(run.attempts(load)).isEqualTo(1);

        run.advance(Duration.ofNanos(1));
        assertThat(run.attempts(load)).isEqualTo(2);
        assertThat(run.isOver()).isFalse();
        assertThat(run.elapsed()).isEqualTo(Duration.ofMinutes(5));

        run.advance(Duration.ofDays(1));
        assertThat(run.isOver()).isTrue();
        assertThat(run).hasSucceeded().took(Duration.ofMinutes(10)).output(next).isEqualTo(2);
        assertThat(run.elapsed()).isEqualTo(Duration.ofMinutes(10));
        assertThat(run.finish()).isSameAs(run);
    }

    @Test
    void a_run_that_waits_is_cancelled() {
        TestRun run = test.start().runDue().cancel();
        assertThat(run.isOver()).isFalse();

        assertThat(run.runDue())
                .wasCancelled()
                .task(load)
                .hasState(TaskState.CANCELLED)
                .hasAttempts(1)
                .task(next)
                .hasState(TaskState.CANCELLED);
    }

    @Test
    void two_runs_go_on_together() {
        TestRun one = test.start();
        TestRun two = test.start();

        one.advance(Duration.ofMinutes(4));
        assertThat(two.attempts(load)).isEqualTo(1);
        two.advance(Duration.ofMinutes(6));

        assertThat(one.finish()).hasSucceeded();
        assertThat(two.isOver()).isTrue();
    }

    @Test
    void a_crash_ends_the_steps() {
        TestRun run = test.crashingAfter(load).start().advance(Duration.ofHours(1));

        assertThat(run).hasCrashed();
        assertThat(test.resume(run)).hasSucceeded();
    }

    @Test
    void a_run_that_goes_on_has_no_report() {
        TestRun run = test.options(RunOptions.none()).start();

        assertThatIllegalStateException().isThrownBy(run::report).withMessageEndingWith("has not ended; call finish()");
    }
}
