package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.EngineRun;
import etl.core.spi.RunListener;
import etl.core.spi.StoredTask;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks with caches that an outside engine starts. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExternalCacheTest {
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final CountDownLatch waiting = new CountDownLatch(1);
    private final Etl etl = Etl.builder()
            .listener(new RunListener() {
                @Override
                public boolean synchronous() {
                    return true;
                }

                @Override
                public void onCacheChecked(CacheChecked event) {
                    told.add(event.taskId() + " " + event.result());
                    if (event.result() == CacheResult.WAITING) {
                        waiting.countDown();
                    }
                }

                @Override
                public void onTaskEnded(TaskEnded event) {
                    told.add(event.taskId() + " " + event.state()
                            + (event.cachedFrom().isPresent() ? " cached" : ""));
                }
            })
            .build();
    private final ExternalRuns external = etl.external();
    private final AtomicInteger executions = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch computing = new CountDownLatch(1);

    @AfterEach
    void close() {
        release.countDown();
        etl.close();
    }

    private RunId begin(Pipeline pipeline, String id) {
        return external.begin(pipeline, Arguments.none(), new EngineRun("airflow", id));
    }

    private Pipeline slow() {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("slow", Integer.class).cache(Cache.version("1")).run(ctx -> {
            int number = executions.incrementAndGet();
            computing.countDown();
            release.await();
            return number;
        });
        return builder.build();
    }

    @Test
    void an_output_is_reused_between_engines_and_local_runs() {
        release.countDown();
        Pipeline pipeline = slow();
        RunId first = begin(pipeline, "1");
        assertThat(external.attempt(pipeline, first, "slow", 1))
                .returns(TaskState.SUCCEEDED, EngineAttempt::state)
                .returns(1, EngineAttempt::attempt);

        RunId second = begin(pipeline, "2");
        EngineAttempt reused = external.attempt(pipeline, second, "slow", 1);
        RunReport report = external.finish(pipeline, second);
        RunReport local = etl.run(pipeline);

        assertThat(reused)
                .returns(TaskState.SUCCEEDED, EngineAttempt::state)
                .returns(0, EngineAttempt::attempt)
                .returns(1, EngineAttempt::output);
        assertThat(report.tasks().get(0))
                .returns(Optional.of(first), TaskReport::cachedFrom)
                .returns(0, TaskReport::attempts);
        assertThat(local.tasks().get(0).cachedFrom()).contains(first);
        assertThat(etl.store().task(second, "slow").orElseThrow()).returns(List.of(), StoredTask::attempts);
        assertThat(executions).hasValue(1);
        assertThat(told)
                .containsExactly(
                        "slow MISS",
                        "slow SUCCEEDED",
                        "slow HIT",
                        "slow SUCCEEDED cached",
                        "slow HIT",
                        "slow SUCCEEDED cached");
    }

    @Test
    void an_attempt_waits_for_another_run_that_computes_the_same() throws Exception {
        Pipeline pipeline = slow();
        RunHandle local = etl.submit(pipeline, Arguments.none());
        computing.await();
        RunId run = begin(pipeline, "1");
        CompletableFuture<EngineAttempt> attempt =
                CompletableFuture.supplyAsync(() -> external.attempt(pipeline, run, "slow", 1));
        waiting.await();

        release.countDown();

        assertThat(attempt.get(30, TimeUnit.SECONDS).output()).isEqualTo(1);
        assertThat(local.await().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(executions).hasValue(1);
    }

    @Test
    void an_attempt_that_is_interrupted_while_it_waits_is_cancelled() throws Exception {
        Pipeline pipeline = slow();
        etl.submit(pipeline, Arguments.none());
        computing.await();
        RunId run = begin(pipeline, "1");
        AtomicReference<EngineAttempt> result = new AtomicReference<>();
        Thread engine = new Thread(() -> result.set(external.attempt(pipeline, run, "slow", 1)));
        engine.start();
        waiting.await();

        engine.interrupt();
        engine.join();

        assertThat(result.get().state()).isEqualTo(TaskState.CANCELLED);
        assertThat(etl.store().task(run, "slow").orElseThrow().state()).isEqualTo(TaskState.CANCELLED);
    }

    @Test
    void an_attempt_that_fails_lets_others_compute_and_a_key_that_fails_is_an_attempt_that_fails() {
        AtomicInteger failing = new AtomicInteger(1);
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("code", Integer.class).cache(Cache.version("1")).run(ctx -> {
            if (failing.get() > 0) {
                throw new IllegalStateException("code");
            }
            return 1;
        });
        builder.task("key", Integer.class)
                .cache(Cache.version("1").key(ctx -> {
                    throw new IllegalStateException("key");
                }))
                .run(ctx -> 1);
        Pipeline pipeline = builder.build();
        RunId run = begin(pipeline, "1");

        EngineAttempt code = external.attempt(pipeline, run, "code", 1);
        EngineAttempt key = external.attempt(pipeline, run, "key", 1);
        failing.set(0);

        assertThat(code.state()).isEqualTo(TaskState.FAILED);
        assertThat(key)
                .returns(TaskState.FAILED, EngineAttempt::state)
                .satisfies(attempt ->
                        assertThat(attempt.error().orElseThrow().message()).isEqualTo("key"));
        RunId other = begin(pipeline, "2");
        assertThat(external.attempt(pipeline, other, "code", 1).output()).isEqualTo(1);
    }
}
