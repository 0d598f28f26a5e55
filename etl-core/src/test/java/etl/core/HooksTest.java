package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HooksTest {
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    @Test
    void callbacks_are_called_for_what_they_are_declared_for() {
        pipeline.onSuccess(event -> told.add("run succeeded")).onFailure(event -> told.add("run failed"));
        pipeline.onRetry(event -> told.add("retry of " + event.taskId() + ", seen by the pipeline"));
        TaskRef<Void> good = pipeline.task("good", Void.class)
                .onSuccess(event -> told.add("good succeeded"))
                .onFailure(event -> told.add("good failed"))
                .run(ctx -> null);
        TaskRef<Void> bad = pipeline.task("bad", Void.class)
                .after(good)
                .retry(RetryPolicy.attempts(2))
                .onSuccess(event -> told.add("bad succeeded"))
                .onRetry(event -> told.add("retry of bad: " + event.error().message()))
                .onFailure(event ->
                        told.add("bad failed: " + event.error().orElseThrow().message()))
                .run(ctx -> {
                    throw new IllegalStateException("attempt " + ctx.attempt());
                });
        pipeline.task("below")
                .after(bad)
                .onFailure(event -> told.add("below failed"))
                .run(ctx -> {});

        run();

        assertThat(told)
                .containsExactly(
                        "good succeeded",
                        "retry of bad: attempt 1",
                        "retry of bad, seen by the pipeline",
                        "bad failed: attempt 2",
                        "run failed");
    }

    @Test
    void a_skip_is_told_to_the_task_and_to_the_pipeline() {
        pipeline.onSkip(event -> told.add("pipeline: " + event.taskId()));
        TaskRef<Void> a = pipeline.task("a", Void.class)
                .onSkip(event -> told.add("task: " + event.taskId()))
                .run(ctx -> {
                    throw new TaskSkippedException("nothing new");
                });
        pipeline.task("b").after(a).run(ctx -> {});

        run();

        assertThat(told).containsExactly("task: a", "pipeline: a", "pipeline: b");
    }

    @Test
    void a_callback_that_throws_changes_nothing_and_the_next_one_is_called() {
        pipeline.task("a")
                .onSuccess(event -> {
                    throw new AssertionError("callback");
                })
                .onSuccess(event -> told.add("second"))
                .run(ctx -> {});

        assertThat(run().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(told).containsExactly("second");
    }

    @Test
    void a_callback_that_blocks_for_ever_holds_up_neither_its_run_nor_another_pipeline() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch other = new CountDownLatch(1);
        pipeline.task("a").onSuccess(event -> await(never)).run(ctx -> {});
        PipelineBuilder customers = Pipeline.named("customers").onSuccess(event -> other.countDown());
        customers.task("a").run(ctx -> {});

        try (Etl etl = Etl.builder().listenerGrace(Duration.ofMillis(20)).build()) {
            assertThat(etl.run(pipeline.build()).state()).isEqualTo(RunState.SUCCEEDED);
            etl.run(customers.build());
            other.await();
        }
    }

    @Test
    void what_is_declared_can_be_read() {
        pipeline.sla(Duration.ofHours(2)).onFailure(event -> {});
        pipeline.task("a")
                .sla(Duration.ofHours(1))
                .onSlaMiss(event -> {})
                .onRetry(event -> {})
                .run(ctx -> {});
        Pipeline built = pipeline.build();

        assertThat(built.hooks().sla()).contains(Duration.ofHours(2));
        assertThat(built.hooks().points()).containsExactly(Hooks.Point.FAILURE);
        Hooks task = built.task("a").orElseThrow().hooks();
        assertThat(task.sla()).contains(Duration.ofHours(1));
        assertThat(task.points()).containsExactlyInAnyOrder(Hooks.Point.SLA_MISS, Hooks.Point.RETRY);
    }

    @Test
    void a_callback_for_an_sla_that_is_not_declared_is_refused() {
        assertThatThrownBy(() -> pipeline.task("a").onSlaMiss(event -> {}).run(ctx -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("task 'a' has onSlaMiss(..) but no sla(..)");
    }

    @Test
    void an_sla_is_positive() {
        assertThatThrownBy(() -> pipeline.sla(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    private RunReport run() {
        try (Etl etl = Etl.inMemory()) {
            return etl.run(pipeline.build());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }
}
