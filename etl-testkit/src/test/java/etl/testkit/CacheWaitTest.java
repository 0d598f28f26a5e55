package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.Cache;
import etl.core.Etl;
import etl.core.EtlBuilder;
import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.RunStoppedException;
import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.TaskState;
import etl.core.spi.RunListener;
import etl.core.spi.StateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that want the same output at the same time. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CacheWaitTest {
    private final ManualTime time = new ManualTime();
    private final StateStore store = InMemoryStateStore.create(time);
    private final Semaphore waiting = new Semaphore(0);
    private final Semaphore computing = new Semaphore(0);
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger executions = new AtomicInteger();
    private final List<Etl> opened = new ArrayList<>();

    private final RunListener listener = new RunListener() {
        @Override
        public boolean synchronous() {
            return true;
        }

        @Override
        public void onCacheChecked(CacheChecked event) {
            if (event.result() == CacheResult.WAITING) {
                waiting.release();
            }
        }
    };

    private Etl open(Function<EtlBuilder, EtlBuilder> settings) {
        Etl etl = settings.apply(Etl.builder().store(store).time(time).listener(listener))
                .build();
        opened.add(etl);
        return etl;
    }

    @AfterEach
    void close() {
        release.countDown();
        opened.forEach(Etl::close);
    }

    private int compute() throws InterruptedException {
        int number = executions.incrementAndGet();
        computing.release();
        release.await();
        return number;
    }

    private TaskRef<Integer> slow(PipelineBuilder builder) {
        return builder.task("slow", Integer.class).cache(Cache.version("1")).run(ctx -> compute());
    }

    private void await(Semaphore told, int times) throws InterruptedException {
        assertThat(told.tryAcquire(times, 60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void of_many_runs_one_computes() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        Pipeline pipeline = builder.build();
        Etl etl = open(same -> same);
        List<RunHandle> runs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            runs.add(etl.submit(pipeline, Arguments.none()));
        }
        await(waiting, 19);

        release.countDown();

        List<Boolean> cached = new ArrayList<>();
        for (RunHandle run : runs) {
            RunReport report = run.await().orThrow();
            assertThat(report.output(slow)).isEqualTo(1);
            cached.add(report.task(slow).isCached());
        }
        assertThat(executions).hasValue(1);
        assertThat(cached).containsOnlyOnce(false);
    }

    @Test
    void when_the_one_that_computes_fails_another_one_does() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = builder.task("slow", Integer.class)
                .cache(Cache.version("1"))
                .run(ctx -> {
                    int number = compute();
                    if (number == 1) {
                        throw new IllegalStateException("the first one");
                    }
                    return number;
                });
        Pipeline pipeline = builder.build();
        Etl etl = open(same -> same);
        RunHandle first = etl.submit(pipeline, Arguments.none());
        await(computing, 1);
        List<RunHandle> others = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            others.add(etl.submit(pipeline, Arguments.none()));
        }
        await(waiting, 5);

        release.countDown();

        assertThat(first.await().state()).isEqualTo(RunState.FAILED);
        for (RunHandle run : others) {
            assertThat(run.await().orThrow().output(slow)).isEqualTo(2);
        }
        assertThat(executions).hasValue(2);
    }

    @Test
    void who_waits_holds_neither_a_worker_nor_a_slot_and_a_hit_needs_none() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = builder.task("slow", Integer.class)
                .pool("scarce")
                .cache(Cache.version("1"))
                .run(ctx -> compute());
        CountDownLatch plainDone = new CountDownLatch(1);
        builder.task("plain").pool("scarce").run(ctx -> plainDone.countDown());
        Pipeline pipeline = builder.build();
        Etl first = open(etl -> etl.pool("scarce", 2));
        RunHandle owner = first.submit(pipeline, Arguments.none());
        await(computing, 1);
        assertThat(plainDone.await(60, TimeUnit.SECONDS)).isTrue();
        Etl second = open(etl -> etl.parallelism(1).pool("scarce", 1));

        CountDownLatch otherDone = new CountDownLatch(1);
        CountDownLatch otherMayEnd = new CountDownLatch(1);
        PipelineBuilder other = Pipeline.named("other");
        other.task("other").pool("scarce").run(ctx -> {
            otherDone.countDown();
            otherMayEnd.await();
        });
        RunHandle waiter = second.submit(pipeline, Arguments.none());
        await(waiting, 1);
        RunHandle occupied = second.submit(other.build(), Arguments.none());
        assertThat(otherDone.await(60, TimeUnit.SECONDS))
                .as("the only worker and the only slot are free")
                .isTrue();
        PipelineBuilder onlySlow = Pipeline.named("orders");
        builderOfSlow(onlySlow);
        release.countDown();
        owner.await().orThrow();
        RunHandle hit = second.submit(onlySlow.build(), Arguments.none());
        assertThat(hit.await(Duration.ofSeconds(60)))
                .as("a hit while the pool is taken")
                .isPresent();

        otherMayEnd.countDown();
        occupied.await().orThrow();
        time.advance(Duration.ofSeconds(1));
        assertThat(waiter.await().orThrow().task(slow).isCached()).isTrue();
        assertThat(executions).hasValue(1);
    }

    private void builderOfSlow(PipelineBuilder builder) {
        builder.task("slow", Integer.class)
                .pool("scarce")
                .cache(Cache.version("1"))
                .run(ctx -> compute());
    }

    @Test
    void who_waits_for_another_process_asks_twice_a_second() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        Pipeline pipeline = builder.build();
        RunHandle owner = open(same -> same).submit(pipeline, Arguments.none());
        await(computing, 1);
        RunHandle waiter = open(same -> same).submit(pipeline, Arguments.none());
        await(waiting, 1);
        time.advance(Duration.ofSeconds(1));
        release.countDown();
        owner.await().orThrow();

        time.awaitAlarms(1);
        time.advance(Duration.ofMillis(500));

        assertThat(waiter.await().orThrow().output(slow)).isEqualTo(1);
        assertThat(executions).hasValue(1);
    }

    @Test
    void a_cancel_of_one_that_waits_is_prompt() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        Pipeline pipeline = builder.build();
        Etl etl = open(same -> same);
        RunHandle owner = etl.submit(pipeline, Arguments.none());
        await(computing, 1);
        RunHandle waiter = etl.submit(pipeline, Arguments.none());
        await(waiting, 1);

        waiter.cancel();

        RunReport cancelled = waiter.await();
        assertThat(cancelled.state()).isEqualTo(RunState.CANCELLED);
        assertThat(cancelled.task(slow))
                .returns(TaskState.CANCELLED, TaskReport::state)
                .returns(0, TaskReport::attempts);
        release.countDown();
        assertThat(owner.await().orThrow().output(slow)).isEqualTo(1);
    }

    @Test
    void a_deadline_ends_the_wait() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        slow(builder);
        builder.deadline(Duration.ofMinutes(5));
        Pipeline pipeline = builder.build();
        PipelineBuilder unlimited = Pipeline.named("orders");
        slow(unlimited);
        Etl etl = open(same -> same);
        etl.submit(unlimited.build(), Arguments.none());
        await(computing, 1);
        RunHandle waiter = etl.submit(pipeline, Arguments.none());
        await(waiting, 1);

        time.advance(Duration.ofMinutes(5));

        assertThat(waiter.await().state()).isEqualTo(RunState.FAILED);
    }

    @Test
    void a_retry_that_waits_is_cancelled_promptly() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = builder.task("slow", Integer.class)
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofHours(1)))
                .cache(Cache.version("1"))
                .run(ctx -> {
                    if (executions.get() == 0 && executions.incrementAndGet() == 1) {
                        throw new IllegalStateException("the first attempt of all");
                    }
                    return compute();
                });
        Pipeline pipeline = builder.build();
        Etl etl = open(same -> same);
        RunHandle retrying = etl.submit(pipeline, Arguments.none());
        time.awaitAlarms(1);
        etl.submit(pipeline, Arguments.none());
        await(computing, 1);
        time.advance(Duration.ofHours(1));
        await(waiting, 1);

        retrying.cancel();

        RunReport cancelled = retrying.await();
        assertThat(cancelled.state()).isEqualTo(RunState.CANCELLED);
        assertThat(cancelled.task(slow).state()).isEqualTo(TaskState.CANCELLED);
    }

    @Test
    void the_timeout_of_a_task_ends_its_wait_and_it_computes_itself() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> quick = builder.task("slow", Integer.class)
                .timeout(Duration.ofMinutes(5))
                .cache(Cache.version("1"))
                .run(ctx -> 100 + executions.incrementAndGet());
        Pipeline hasty = builder.build();
        PipelineBuilder patient = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(patient);
        Pipeline patientPipeline = patient.build();
        Etl etl = open(same -> same);
        RunHandle owner = etl.submit(patientPipeline, Arguments.none());
        await(computing, 1);
        RunHandle waiter = etl.submit(hasty, Arguments.none());
        await(waiting, 1);

        time.advance(Duration.ofMinutes(5));

        assertThat(waiter.await().orThrow().output(quick)).isEqualTo(102);
        assertThat(etl.run(patientPipeline).output(slow)).isEqualTo(102);
        release.countDown();
        assertThat(owner.await().orThrow().output(slow)).isEqualTo(1);
        assertThat(etl.run(patientPipeline).output(slow))
                .as("the last one to compute")
                .isEqualTo(1);
    }

    @Test
    void a_key_that_is_never_found_out_does_not_hold_a_task_with_a_timeout_back() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> task = builder.task("task", Integer.class)
                .timeout(Duration.ofMinutes(5))
                .cache(Cache.version("1").key(ctx -> {
                    computing.release();
                    release.await();
                    return "late";
                }))
                .run(ctx -> executions.incrementAndGet());
        Etl etl = open(same -> same);
        RunHandle run = etl.submit(builder.build(), Arguments.none());
        await(computing, 1);

        time.advance(Duration.ofMinutes(5));

        assertThat(run.await().orThrow().output(task)).isEqualTo(1);
    }

    @Test
    void a_retry_reuses_what_another_run_has_computed_meanwhile() throws Exception {
        release.countDown();
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = builder.task("slow", Integer.class)
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofHours(1)))
                .cache(Cache.version("1"))
                .run(ctx -> {
                    int number = compute();
                    if (number == 1) {
                        throw new IllegalStateException("the first one");
                    }
                    return number;
                });
        Pipeline pipeline = builder.build();
        Etl etl = open(same -> same);
        RunHandle retrying = etl.submit(pipeline, Arguments.none());
        time.awaitAlarms(1);
        RunReport other = etl.run(pipeline).orThrow();

        time.advance(Duration.ofHours(1));

        RunReport report = retrying.await().orThrow();
        assertThat(report.output(slow)).isEqualTo(2);
        assertThat(report.task(slow))
                .returns(1, TaskReport::attempts)
                .returns(java.util.Optional.of(other.id()), TaskReport::cachedFrom);
        assertThat(executions).hasValue(2);
    }

    @Test
    void an_output_is_reused_until_its_time_is_over() {
        release.countDown();
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = builder.task("slow", Integer.class)
                .cache(Cache.version("1").ttl(Duration.ofHours(6)))
                .run(ctx -> compute());
        Pipeline pipeline = builder.build();
        Etl etl = open(same -> same);
        etl.run(pipeline);

        time.advance(Duration.ofHours(6).minusNanos(1));
        assertThat(etl.run(pipeline).output(slow)).isEqualTo(1);
        time.advance(Duration.ofNanos(1));
        assertThat(etl.run(pipeline).output(slow)).isEqualTo(2);
        assertThat(etl.run(pipeline).output(slow)).isEqualTo(2);
    }

    @Test
    void one_that_waits_when_its_orchestrator_closes_is_resumed_with_the_output() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        Pipeline pipeline = builder.build();
        Etl first = open(same -> same);
        RunHandle owner = first.submit(pipeline, Arguments.none());
        await(computing, 1);
        // A clock of its own, since an orchestrator closes its clock.
        Etl second = open(etl -> etl.time(new ManualTime()));
        RunHandle waiter = second.submit(pipeline, Arguments.none());
        await(waiting, 1);

        second.close();
        assertThatThrownBy(waiter::await).isInstanceOf(RunStoppedException.class);
        release.countDown();
        owner.await().orThrow();

        assertThat(first.resume(waiter.id(), pipeline)
                        .await()
                        .orThrow()
                        .task(slow)
                        .isCached())
                .isTrue();
        assertThat(executions).hasValue(1);
    }

    @Test
    void one_that_computes_when_its_orchestrator_closes_lets_another_one_compute() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        Pipeline pipeline = builder.build();
        Etl first = open(etl -> etl.time(new ManualTime()));
        first.submit(pipeline, Arguments.none());
        await(computing, 1);
        Etl second = open(same -> same);
        RunHandle waiter = second.submit(pipeline, Arguments.none());
        await(waiting, 1);
        time.awaitAlarms(1);

        first.close();
        time.advance(Duration.ofMillis(500));
        await(computing, 1);
        release.countDown();

        assertThat(waiter.await().orThrow().output(slow)).isEqualTo(2);
    }

    @Test
    void a_pipeline_test_without_threads_reuses_outputs_too() {
        release.countDown();
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        TaskRef<List<Integer>> mapped = builder.task("mapped", Integer.class)
                .cache(Cache.version("1"))
                .mapOver(List.of(1, 2, 1))
                .run((ctx, element) -> element);
        Pipeline pipeline = builder.build();
        StateStore shared = InMemoryStateStore.create();

        PipelineTest.of(pipeline).store(shared).run();
        TestRun second = PipelineTest.of(pipeline).store(shared).run();

        assertThat(second.report().task(slow).isCached()).isTrue();
        assertThat(second.report().elements(mapped))
                .extracting(TaskReport::isCached)
                .containsOnly(true);
        assertThat(executions).hasValue(1);
    }
}
