package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.StateStoreException;
import etl.core.spi.StoredTask;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ResumeTest {
    private final AtomicInteger executions = new AtomicInteger();
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    private Pipeline failingOnce() {
        pipeline.task("flaky").run(ctx -> {
            executions.incrementAndGet();
            if (ctx.attempt() == 1) {
                throw new IllegalStateException("once");
            }
        });
        return pipeline.build();
    }

    @Test
    void a_run_can_be_resumed_as_soon_as_its_end_is_told() {
        CountDownLatch goOn = new CountDownLatch(1);
        pipeline.task("gate").run(ctx -> goOn.await());
        Pipeline built = failingOnce();
        try (Etl etl = Etl.inMemory()) {
            RunHandle run = etl.submit(built, Arguments.none());
            CompletableFuture<RunReport> resumed = run.end()
                    .thenCompose(report -> etl.resume(report.id(), built).end());
            goOn.countDown();

            assertThat(resumed.join().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void of_two_that_resume_a_run_at_once_one_is_refused() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        Pipeline built = failingOnce();
        StoreDouble store = new StoreDouble() {
            @Override
            public List<StoredTask> tasks(RunId run) {
                List<StoredTask> tasks = super.tasks(run);
                if (first.getAndSet(false)) {
                    reading.countDown();
                    await(goOn);
                }
                return tasks;
            }
        };
        try (Etl etl = Etl.builder().store(store).build()) {
            RunReport failed = etl.run(built);
            CompletableFuture<RunReport> resumed = CompletableFuture.supplyAsync(
                    () -> etl.resume(failed.id(), built).await());
            reading.await();

            assertThatThrownBy(() -> etl.resume(failed.id(), built))
                    .isInstanceOf(ResumeRefusedException.class)
                    .hasMessageContaining("is being executed right now");
            goOn.countDown();

            assertThat(resumed.join().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(executions).hasValue(2);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }

    @Test
    void a_run_that_is_being_executed_is_not_resumed() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        pipeline.task("slow").run(ctx -> {
            started.countDown();
            goOn.await();
        });
        Pipeline built = pipeline.build();
        try (Etl etl = Etl.inMemory()) {
            RunHandle run = etl.submit(built, Arguments.none());
            started.await();

            assertThatThrownBy(() -> etl.resume(run.id(), built)).hasMessageContaining("is being executed right now");
            goOn.countDown();

            assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void a_start_that_the_store_refuses_can_be_tried_again() {
        AtomicInteger starts = new AtomicInteger();
        StoreDouble store = new StoreDouble() {
            @Override
            void beforeStarted() {
                if (starts.incrementAndGet() == 2) {
                    throw new StateStoreException("no connection", null);
                }
            }
        };
        Pipeline built = failingOnce();
        try (Etl etl = Etl.builder().store(store).build()) {
            RunReport failed = etl.run(built);
            assertThatThrownBy(() -> etl.resume(failed.id(), built)).hasMessage("no connection");

            assertThat(etl.resume(failed.id(), built).await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void an_unknown_run_is_refused() {
        Pipeline built = failingOnce();
        try (Etl etl = Etl.inMemory()) {
            RunId unknown = RunId.random();

            assertThatThrownBy(() -> etl.resume(unknown, built))
                    .isInstanceOf(ResumeRefusedException.class)
                    .hasMessageContaining("run " + unknown + " is unknown in this store");
        }
    }

    @Test
    void the_run_of_another_pipeline_is_refused() {
        PipelineBuilder other = Pipeline.named("other");
        other.task("flaky").run(ctx -> {});
        try (Etl etl = Etl.inMemory()) {
            RunReport failed = etl.run(failingOnce());

            assertThatThrownBy(() -> etl.resume(failed.id(), other.build()))
                    .isInstanceOf(ResumeRefusedException.class)
                    .hasMessageContaining("belongs to pipeline 'orders' and not to 'other'");
        }
    }
}
