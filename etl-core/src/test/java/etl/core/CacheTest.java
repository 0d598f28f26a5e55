package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RunListener;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class CacheTest extends CachedRuns {
    @Test
    void an_output_is_reused_and_the_run_says_so() {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> total =
                builder.task("total", Integer.class).cache(Cache.version("1")).run(ctx -> executions.incrementAndGet());
        TaskRef<Integer> twice =
                builder.task("twice", Integer.class).from(total).run((ctx, sum) -> 2 * sum);
        Pipeline pipeline = builder.build();

        RunReport first = etl.run(pipeline).orThrow();
        RunReport second = etl.run(pipeline).orThrow();

        assertThat(second.output(total)).isEqualTo(1);
        assertThat(second.output(twice)).isEqualTo(2);
        assertThat(executions).hasValue(1);
        assertThat(first.task(total)).returns(1, TaskReport::attempts).returns(false, TaskReport::isCached);
        assertThat(second.task(total))
                .returns(TaskState.SUCCEEDED, TaskReport::state)
                .returns(0, TaskReport::attempts)
                .returns(Duration.ZERO, TaskReport::duration)
                .returns(Optional.of(first.id()), TaskReport::cachedFrom);
        assertThat(second.task(twice).isCached()).isFalse();
        assertThat(results).containsExactly(RunListener.CacheResult.MISS, RunListener.CacheResult.HIT);
        assertThat(ends)
                .filteredOn(end -> end.run().id().equals(second.id()))
                .extracting(
                        RunListener.TaskEnded::taskId,
                        RunListener.TaskEnded::attempt,
                        RunListener.TaskEnded::cachedFrom)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("total", 0, Optional.of(first.id())),
                        org.assertj.core.groups.Tuple.tuple("twice", 1, Optional.empty()));
        assertThat(store.task(second.id(), "total").orElseThrow())
                .returns(Optional.of(first.id()), StoredTask::cachedFrom)
                .returns(List.of(), StoredTask::attempts)
                .returns(TaskState.SUCCEEDED, StoredTask::state);
    }

    @Test
    void null_is_an_output_and_an_action_is_done() {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<@Nullable String> nothing = builder.task("nothing", new GenericType<@Nullable String>() {})
                .cache(Cache.version("1"))
                .run(ctx -> null);
        TaskRef<@Nullable Void> action =
                builder.task("action").cache(Cache.version("1")).run(ctx -> executions.incrementAndGet());
        Pipeline pipeline = builder.build();
        etl.run(pipeline).orThrow();

        RunReport second = etl.run(pipeline).orThrow();

        assertThat(second.output(nothing)).isNull();
        assertCached(second, true, nothing, action);
        assertThat(executions).hasValue(1);
    }

    @Test
    void neither_a_failure_nor_a_skip_is_cached() {
        AtomicReference<String> deed = new AtomicReference<>("fail");
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<String> task = builder.task("task", String.class)
                .cache(Cache.version("1"))
                .run(ctx -> {
                    executions.incrementAndGet();
                    switch (deed.get()) {
                        case "fail" -> throw new IllegalStateException("no");
                        case "skip" -> throw new TaskSkippedException("nothing to do");
                        default -> {
                            return "done";
                        }
                    }
                });
        Pipeline pipeline = builder.build();

        assertThat(etl.run(pipeline).task(task).state()).isEqualTo(TaskState.FAILED);
        deed.set("skip");
        assertThat(etl.run(pipeline).task(task).state()).isEqualTo(TaskState.SKIPPED);
        deed.set("succeed");
        assertThat(etl.run(pipeline).output(task)).isEqualTo("done");
        assertThat(executions).hasValue(3);
        deed.set("fail");
        assertThat(etl.run(pipeline).output(task)).isEqualTo("done");
        assertThat(executions).hasValue(3);
    }

    @Test
    void the_elements_of_a_mapped_task_are_cached_each() {
        AtomicReference<List<String>> files = new AtomicReference<>(List.of("a", "b", "a"));
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<List<String>> list =
                builder.task("files", new GenericType<List<String>>() {}).run(ctx -> files.get());
        TaskRef<List<String>> loaded = builder.task("load", String.class)
                .cache(Cache.version("1"))
                .mapOver(list)
                .run((ctx, file) -> {
                    executions.incrementAndGet();
                    return file.toUpperCase(java.util.Locale.ROOT);
                });
        TaskRef<List<String>> pairs = builder.task("pair", String.class)
                .cache(Cache.version("1"))
                .mapOverProduct(list, list)
                .run((ctx, one, other) -> {
                    executions.incrementAndGet();
                    return one + other;
                });
        Pipeline pipeline = builder.build();

        RunReport first = etl.run(pipeline).orThrow();
        assertThat(first.output(loaded)).containsExactly("A", "B", "A");
        assertThat(first.output(pairs)).containsExactly("aa", "ab", "aa", "ba", "bb", "ba", "aa", "ab", "aa");
        assertThat(executions).as("equal elements are computed once").hasValue(2 + 4);

        files.set(List.of("c", "b"));
        RunReport second = etl.run(pipeline).orThrow();
        assertThat(second.output(loaded)).containsExactly("C", "B");
        assertThat(second.output(pairs)).containsExactly("cc", "cb", "bc", "bb");
        assertThat(second.elements(loaded)).extracting(TaskReport::isCached).containsExactly(false, true);
        assertThat(second.elements(pairs)).extracting(TaskReport::isCached).containsExactly(false, false, false, true);
        assertThat(second.task(loaded).isCached()).isFalse();
    }

    @Test
    void a_refresh_computes_anew_and_replaces() {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> task =
                builder.task("task", Integer.class).cache(Cache.version("1")).run(ctx -> executions.incrementAndGet());
        TaskRef<List<Integer>> mapped = builder.task("mapped", Integer.class)
                .cache(Cache.version("1"))
                .mapOver(List.of("x", "x", "x"))
                .run((ctx, text) -> 0);
        Pipeline pipeline = builder.build();
        etl.run(pipeline);

        RunReport refreshed =
                etl.run(pipeline, Arguments.none(), RunOptions.none().refreshCache());

        assertThat(refreshed.output(task)).isEqualTo(2);
        assertThat(refreshed.elements(mapped))
                .as("what this run has computed itself is fresh")
                .extracting(TaskReport::isCached)
                .containsOnlyOnce(false);
        assertThat(etl.run(pipeline).output(task)).isEqualTo(2);
        assertThat(RunOptions.none().refreshCache().key("k")).hasToString("key 'k', refreshed cache");
    }

    @RepeatedTest(300)
    void of_equal_elements_a_refresh_computes_one() {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("mapped", Integer.class)
                .cache(Cache.version("1"))
                .mapOver(Collections.nCopies(8, "x"))
                .run((ctx, text) -> executions.incrementAndGet());
        Pipeline pipeline = builder.build();
        etl.run(pipeline);

        etl.run(pipeline, Arguments.none(), RunOptions.none().refreshCache()).orThrow();

        assertThat(executions).hasValue(2);
    }

    @Test
    void what_a_rerun_names_is_executed() {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> task =
                builder.task("task", Integer.class).cache(Cache.version("1")).run(ctx -> executions.incrementAndGet());
        Pipeline pipeline = builder.build();
        RunReport first = etl.run(pipeline);
        RunReport second = etl.run(pipeline);

        RunReport again = etl.rerun(second.id(), pipeline, Rerun.from(task)).await();

        assertThat(again.output(task)).isEqualTo(2);
        assertThat(again.task(task)).returns(1, TaskReport::attempts).returns(false, TaskReport::isCached);
        assertThat(etl.run(pipeline).task(task).cachedFrom()).contains(again.id());
        assertThat(first.id()).isNotEqualTo(again.id());
    }

    @Test
    void a_resume_keeps_what_was_reused() {
        AtomicInteger broken = new AtomicInteger(1);
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> task =
                builder.task("task", Integer.class).cache(Cache.version("1")).run(ctx -> executions.incrementAndGet());
        TaskRef<Integer> last = builder.task("last", Integer.class).from(task).run((ctx, value) -> {
            if (broken.get() > 0) {
                throw new IllegalStateException("broken");
            }
            return value;
        });
        Pipeline pipeline = builder.build();
        RunReport first = etl.run(pipeline);
        RunReport second = etl.run(pipeline);
        broken.set(0);

        RunReport resumed = etl.resume(second.id(), pipeline).await();

        assertThat(resumed.output(last)).isEqualTo(1);
        assertThat(resumed.task(task))
                .returns(Optional.of(first.id()), TaskReport::cachedFrom)
                .returns(0, TaskReport::attempts);
        assertThat(executions).hasValue(1);
    }
}
