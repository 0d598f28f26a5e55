package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Cache;
import etl.core.Etl;
import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.spi.StateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs that want the same output at the same time. */
class CacheWaitTest extends CacheWaits {
    private void builderOfSlow(PipelineBuilder builder) {
        builder.task("slow", Integer.class)
                .pool("scarce")
                .cache(Cache.version("1"))
                .run(ctx -> compute());
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
        TaskRef<Integer> slow =
                builder.task("slow", Integer.class).cache(Cache.version("1")).run(ctx -> computeUnlessFirst());
        Pipeline pipeline = builder.build();
        Etl etl = open(same -> same);
        RunHandle first = computing(etl, pipeline);
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
        RunHandle owner = computing(first, pipeline);
        assertThat(plainDone.await(60, TimeUnit.SECONDS)).isTrue();
        Etl second = open(etl -> etl.parallelism(1).pool("scarce", 1));

        CountDownLatch otherDone = new CountDownLatch(1);
        CountDownLatch otherMayEnd = new CountDownLatch(1);
        PipelineBuilder other = Pipeline.named("other");
        other.task("other").pool("scarce").run(ctx -> {
            otherDone.countDown();
            otherMayEnd.await();
        });
        RunHandle waiter = waiting(second, pipeline);
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

    @Test
    void who_waits_for_another_process_asks_twice_a_second() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = slow(builder);
        Pipeline pipeline = builder.build();
        RunHandle owner = computing(open(same -> same), pipeline);
        RunHandle waiter = waiting(open(same -> same), pipeline);
        time.advance(Duration.ofSeconds(1));
        release.countDown();
        owner.await().orThrow();

        time.awaitAlarms(1);
        time.advance(Duration.ofMillis(500));

        assertThat(waiter.await().orThrow().output(slow)).isEqualTo(1);
        assertThat(executions).hasValue(1);
    }

    @Test
    void a_retry_reuses_what_another_run_has_computed_meanwhile() throws Exception {
        release.countDown();
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> slow = builder.task("slow", Integer.class)
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofHours(1)))
                .cache(Cache.version("1"))
                .run(ctx -> computeUnlessFirst());
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
