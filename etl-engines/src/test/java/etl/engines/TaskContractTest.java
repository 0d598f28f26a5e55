package etl.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Etl;
import etl.core.NotRetryableException;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.TaskRef;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaskContractTest {
    private final Etl etl = Etl.builder().grace(Duration.ofMillis(50)).build();
    private final AtomicInteger executions = new AtomicInteger();
    private final Pipeline pipeline = pipeline();

    private Pipeline pipeline() {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.parameter("day", String.class).required();
        TaskRef<Integer> good = builder.task("good", Integer.class).run(ctx -> executions.incrementAndGet());
        builder.task("flaky", Integer.class)
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofSeconds(7)))
                .from(good)
                .run((ctx, n) -> {
                    throw new IllegalStateException("attempt " + ctx.attempt());
                });
        builder.task("hopeless").retry(RetryPolicy.attempts(9)).run(ctx -> {
            throw new NotRetryableException("no");
        });
        builder.task("slow")
                .retry(RetryPolicy.attempts(2))
                .timeout(Duration.ofMillis(10))
                .run(ctx -> new CountDownLatch(1).await());
        builder.task("below").after("flaky").run(ctx -> {});
        return builder.build();
    }

    @AfterEach
    void close() {
        etl.close();
    }

    private TaskContract step(String task, int attempt) {
        return new TaskContract(
                etl,
                pipeline,
                new TaskRequest(
                        TaskContract.VERSION,
                        "orders",
                        pipeline.fingerprint(),
                        "luigi",
                        "r1",
                        task,
                        attempt,
                        Map.of("day", "it's \"today\"")));
    }

    @Test
    void exit_codes_tell_what_the_retry_policy_decides() {
        step("", 0).beginRun();

        assertThat(step("good", 1).runTask()).returns(0, TaskResult::exitCode).returns("SUCCEEDED", TaskResult::state);
        assertThat(step("flaky", 0).runTask())
                .returns(TaskContract.RETRY, TaskResult::exitCode)
                .returns(7_000L, TaskResult::retryAfterMillis);
        assertThat(step("flaky", 0).runTask())
                .returns(TaskContract.FAILED, TaskResult::exitCode)
                .returns(2, TaskResult::attempt);
        assertThat(step("hopeless", 1).runTask().exitCode()).isEqualTo(TaskContract.FAILED);
        assertThat(step("slow", 1).runTask().exitCode()).isEqualTo(TaskContract.TIMED_OUT);
        assertThat(step("", 0).finishRun()).returns(0, TaskResult::exitCode).returns("FAILED", TaskResult::state);
    }

    @Test
    void a_task_that_has_succeeded_is_not_executed_again() {
        step("", 0).beginRun();

        step("good", 1).runTask();
        step("good", 2).runTask();

        assertThat(executions.get()).isEqualTo(1);
    }

    @Test
    void every_step_may_be_repeated() {
        assertThat(step("", 0).beginRun()).isEqualTo(step("", 0).beginRun());
        assertThat(step("", 0).finishRun()).isEqualTo(step("", 0).finishRun());
    }

    @Test
    void an_artifact_of_another_definition_is_refused() {
        TaskRequest old = new TaskRequest(1, "orders", "f00d", "luigi", "r1", "good", 1, Map.of());

        assertThatThrownBy(() -> new TaskContract(etl, pipeline, old))
                .hasMessageContaining("export the pipeline again");
    }
}
