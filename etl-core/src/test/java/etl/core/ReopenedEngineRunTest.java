package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.EngineRun;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStore;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run that has failed and is cleared in its engine, so that several processes find it so at once. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReopenedEngineRunTest {
    private final StateStore store = InMemoryStateStore.create();
    private final Etl etl = Etl.builder().store(store).build();
    private final ExternalRuns external = etl.external();
    private final AtomicBoolean broken = new AtomicBoolean(true);
    private final AtomicInteger executions = new AtomicInteger();
    private final CountDownLatch executing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final Pipeline pipeline = pipeline();
    private final RunId run =
            external.begin(pipeline, Arguments.none(), new EngineRun("airflow", "manual__2001-01-01"));

    @AfterEach
    void close() {
        etl.close();
    }

    private Pipeline pipeline() {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("slow").run(ctx -> {
            failWhileBroken();
            executions.incrementAndGet();
            executing.countDown();
            goOn.await();
        });
        builder.task("quick").run(ctx -> failWhileBroken());
        return builder.build();
    }

    private void failWhileBroken() {
        if (broken.get()) {
            throw new IllegalStateException("broken");
        }
    }

    private void fail() {
        external.attempt(pipeline, run, "slow", 1);
        external.attempt(pipeline, run, "quick", 1);
        external.finish(pipeline, run);
        broken.set(false);
    }

    /** A store whose process is held up before it opens its first journal, until the slow task is executed. */
    private final class Late extends StoreDouble {
        private final CountDownLatch hasRead = new CountDownLatch(1);

        Late() {
            super(store);
        }

        @Override
        public RunJournal journal(RunId id) {
            hasRead.countDown();
            ExternalRunsTest.awaitLatch(executing);
            return super.journal(id);
        }
    }

    @Test
    void a_run_that_its_engine_has_left_is_resumed_here() {
        external.attempt(pipeline, run, "slow", 1);
        assertThat(store.task(run, "slow").orElseThrow().state()).isEqualTo(TaskState.FAILED);
        broken.set(false);
        goOn.countDown();

        assertThat(etl.resume(run, pipeline).await().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(executions).hasValue(1);
    }

    /** On a thread of its own: the common pool may have one only. */
    private static <T> FutureTask<T> begun(Callable<T> action) {
        FutureTask<T> begun = new FutureTask<>(action);
        new Thread(begun).start();
        return begun;
    }

    @Test
    void a_process_that_is_late_does_not_reset_what_another_one_executes() throws Exception {
        fail();
        Late late = new Late();
        try (Etl other = Etl.builder().store(late).build()) {
            FutureTask<EngineAttempt> quick = begun(() -> other.external().attempt(pipeline, run, "quick", 2));
            late.hasRead.await();
            FutureTask<EngineAttempt> slow = begun(() -> external.attempt(pipeline, run, "slow", 2));

            assertThat(quick.get().state()).isEqualTo(TaskState.SUCCEEDED);
            assertThat(store.task(run, "slow").orElseThrow().state()).isEqualTo(TaskState.RUNNING);
            goOn.countDown();
            assertThat(slow.get().state()).isEqualTo(TaskState.SUCCEEDED);
        }
        assertThat(external.attempt(pipeline, run, "slow", 3).attempt()).isEqualTo(2);
        assertThat(external.finish(pipeline, run).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(executions).hasValue(1);
    }
}
