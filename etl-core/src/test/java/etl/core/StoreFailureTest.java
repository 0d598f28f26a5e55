package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store that fails ends the execution, never the run: it stays RUNNING and can be resumed. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoreFailureTest {
    private final AtomicBoolean broken = new AtomicBoolean(true);
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    private void assertStoppedAndResumable(StoreDouble store) {
        assertStoppedAndResumable(store, RunState.RUNNING);
    }

    private void assertStoppedAndResumable(StoreDouble store, RunState stored) {
        pipeline.task("a").run(ctx -> {});
        pipeline.task("b").after("a").run(ctx -> {});
        assertStopped(store, stored);
    }

    private void assertStopped(StoreDouble store) {
        assertStopped(store, RunState.RUNNING);
    }

    private void assertStopped(StoreDouble store, RunState stored) {
        Pipeline built = pipeline.build();
        try (Etl etl = Etl.builder().store(store).grace(Duration.ofMillis(50)).build()) {
            RunHandle run = etl.submit(built, Arguments.none());

            assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
            broken.set(false);
            assertThat(store.find(run.id()).orElseThrow().state()).isEqualTo(stored);
            assertThat(etl.resume(run.id(), built).await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    private void failIf(boolean condition, RuntimeException failure) {
        if (condition && broken.get()) {
            throw failure;
        }
    }

    @Test
    void at_the_start_of_the_run() {
        StoreDouble store = new StoreDouble() {
            @Override
            boolean failsToStart() {
                return broken.get();
            }
        };
        assertStoppedAndResumable(store, RunState.QUEUED);
    }

    @Test
    void at_the_start_of_a_task() {
        assertStoppedAndResumable(new StoreDouble() {
            @Override
            void beforeWrite(TaskChange change) {
                failIf(change.state() == TaskState.RUNNING, new StateStoreException("no connection", null));
            }
        });
    }

    @Test
    void at_the_end_of_a_task() {
        assertStoppedAndResumable(new StoreDouble() {
            @Override
            void beforeWrite(TaskChange change) {
                failIf(change.state() == TaskState.SUCCEEDED, new StateStoreException("no connection", null));
            }
        });
    }

    @Test
    void at_the_end_of_the_run() {
        assertStoppedAndResumable(new StoreDouble() {
            @Override
            void beforeEnded() {
                failIf(true, new StateStoreException("no connection", null));
            }
        });
    }

    @Test
    void at_the_end_of_the_run_by_a_defect() {
        assertStoppedAndResumable(new StoreDouble() {
            @Override
            void beforeEnded() {
                failIf(true, new IllegalStateException("a defect of the store"));
            }
        });
    }

    @Test
    void at_the_end_of_a_task_that_is_not_executed() {
        pipeline.task("a").run(ctx -> {
            if (broken.get()) {
                throw new IllegalStateException("as planned");
            }
        });
        pipeline.task("b").after("a").run(ctx -> {});
        assertStopped(new StoreDouble() {
            @Override
            void beforeWrite(TaskChange change) {
                failIf(change.state() == TaskState.UPSTREAM_FAILED, new IllegalStateException("a defect of the store"));
            }
        });
    }

    @Test
    void at_the_end_of_a_task_that_is_abandoned() {
        Semaphore stubborn = new Semaphore(0);
        pipeline.task("a").timeout(Duration.ofMillis(1)).run(ctx -> {
            if (ctx.attempt() == 1) {
                stubborn.acquireUninterruptibly();
            }
        });
        assertStopped(new StoreDouble() {
            @Override
            void beforeWrite(TaskChange change) {
                failIf(change.state() == TaskState.FAILED, new IllegalStateException("a defect of the store"));
            }
        });
        stubborn.release();
    }

    @Test
    void when_the_run_is_given_up() {
        assertStoppedAndResumable(new StoreDouble() {
            @Override
            void beforeWrite(TaskChange change) {
                failIf(change.state() == TaskState.SUCCEEDED, new StateStoreException("no connection", null));
            }

            @Override
            void afterClose() {
                failIf(true, new IllegalStateException("a defect of the store"));
            }
        });
    }
}
