package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RetryTimingTest {
    private final ManualTime time = new ManualTime();
    private final Etl etl = Etl.builder().time(time).build();
    private final PipelineBuilder pipeline = Pipeline.named("orders");
    private final List<Instant> attempts = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        etl.close();
    }

    private TaskRef<@Nullable Void> alwaysFailing(RetryPolicy policy) {
        return pipeline.task("flaky").retry(policy).run(ctx -> {
            attempts.add(time.instant());
            throw new IllegalStateException("attempt " + ctx.attempt());
        });
    }

    @Test
    void waits_grow_exponentially_up_to_the_cap() throws InterruptedException {
        alwaysFailing(RetryPolicy.attempts(5).exponential(Duration.ofSeconds(1), Duration.ofSeconds(5)));

        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        for (int second : new int[] {1, 2, 4, 5}) {
            time.awaitAlarms(1);
            time.advance(Duration.ofSeconds(second));
        }

        assertThat(run.await().state()).isEqualTo(RunState.FAILED);
        Instant start = attempts.get(0);
        assertThat(attempts)
                .containsExactly(
                        start, start.plusSeconds(1), start.plusSeconds(3), start.plusSeconds(7), start.plusSeconds(12));
    }

    @Test
    void no_attempt_begins_after_the_deadline() throws InterruptedException {
        alwaysFailing(RetryPolicy.attempts(100).fixed(Duration.ofSeconds(10)).deadline(Duration.ofSeconds(25)));

        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        for (int i = 0; i < 2; i++) {
            time.awaitAlarms(1);
            time.advance(Duration.ofSeconds(10));
        }

        assertThat(run.await().state()).isEqualTo(RunState.FAILED);
        assertThat(attempts).hasSize(3);
    }

    @Test
    void a_wait_holds_no_worker() throws InterruptedException {
        CountDownLatch other = new CountDownLatch(1);
        alwaysFailing(RetryPolicy.attempts(2).fixed(Duration.ofDays(1)));
        pipeline.task("other").run(ctx -> other.countDown());

        RunHandle run = etl.submit(pipeline.parallelism(1).build(), Arguments.none());
        other.await();
        time.awaitAlarms(1);
        time.advance(Duration.ofDays(1));

        assertThat(run.await().tasks()).extracting(task -> task.attempts()).containsExactly(2, 1);
    }

    @Test
    void cancelling_a_waiting_task_ends_the_run_at_once() throws InterruptedException {
        TaskRef<@Nullable Void> flaky = alwaysFailing(RetryPolicy.attempts(2).fixed(Duration.ofDays(1)));

        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        time.awaitAlarms(1);
        run.cancel();
        RunReport report = run.await();

        assertThat(report.state()).isEqualTo(RunState.CANCELLED);
        assertThat(report.task(flaky).state()).isEqualTo(TaskState.CANCELLED);
    }

    @Test
    void a_timeout_fails_the_attempt() throws InterruptedException {
        pipeline.task("slow").timeout(Duration.ofMinutes(5)).run(ctx -> new CountDownLatch(1).await());

        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        time.awaitAlarms(1);
        time.advance(Duration.ofMinutes(5));

        assertThat(run.await().error().orElseThrow().message()).contains("exceeded its timeout of PT5M");
    }
}
