package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunListener;
import etl.core.spi.StateStore;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CacheTest {
    private final Queue<RunListener.CacheResult> results = new ConcurrentLinkedQueue<>();
    private final Queue<RunListener.TaskEnded> ends = new ConcurrentLinkedQueue<>();
    private final StateStore store = InMemoryStateStore.create();
    private final Etl etl = Etl.builder()
            .store(store)
            .listener(new RunListener() {
                @Override
                public boolean synchronous() {
                    return true;
                }

                @Override
                public void onCacheChecked(CacheChecked event) {
                    results.add(event.result());
                }

                @Override
                public void onTaskEnded(TaskEnded event) {
                    ends.add(event);
                }
            })
            .build();
    private final AtomicInteger executions = new AtomicInteger();

    @AfterEach
    void close() {
        etl.close();
    }

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
    void version_type_argument_data_interval_and_input_count() {
        PipelineBuilder builder = Pipeline.named("orders");
        Parameter<LocalDate> day = builder.parameter("day", LocalDate.class).optional(LocalDate.EPOCH);
        Parameter<Integer> top = builder.parameter("top", Integer.class).optional(3);
        AtomicReference<String> source = new AtomicReference<>("a");
        TaskRef<String> read = builder.task("read", String.class).run(ctx -> source.get());
        TaskRef<String> all = counted(builder, "all", Cache.version("1"), read);
        TaskRef<String> some = counted(builder, "some", Cache.version("1").arguments(day), read);
        Pipeline pipeline = builder.build();
        RunReport first = etl.run(pipeline);

        assertCached(etl.run(pipeline), true, all, some);
        assertCached(etl.run(pipeline, Arguments.of(day, LocalDate.EPOCH)), true, all, some);
        assertCached(etl.run(pipeline, Arguments.of(day, LocalDate.of(2001, 1, 1))), false, all, some);
        RunReport otherTop = etl.run(pipeline, Arguments.of(top, 4));
        assertThat(otherTop.task(all).isCached()).isFalse();
        assertThat(otherTop.task(some).cachedFrom()).contains(first.id());
        DataInterval interval = new DataInterval(Instant.EPOCH, Instant.EPOCH.plusSeconds(1));
        RunReport scheduled =
                etl.run(pipeline, Arguments.none(), RunOptions.none().dataInterval(interval));
        assertThat(scheduled.task(all).isCached()).isFalse();
        assertThat(scheduled.task(some).isCached()).isTrue();
        source.set("b");
        assertCached(etl.run(pipeline), false, all, some);
        source.set("a");
        assertCached(etl.run(pipeline), true, all, some);

        PipelineBuilder changed = Pipeline.named("orders");
        changed.parameter("day", LocalDate.class).optional(LocalDate.EPOCH);
        changed.parameter("top", Integer.class).optional(3);
        TaskRef<String> readToo = changed.task("read", String.class).run(ctx -> source.get());
        TaskRef<String> newVersion = counted(changed, "all", Cache.version("2"), readToo);
        TaskRef<Object> newType = changed.task("some", Object.class)
                .cache(Cache.version("1"))
                .from(readToo)
                .run((ctx, text) -> text);
        assertCached(etl.run(changed.build()), false, newVersion, newType);
    }

    private TaskRef<String> counted(PipelineBuilder builder, String id, Cache cache, TaskRef<String> input) {
        return builder.task(id, String.class).cache(cache).from(input).run((ctx, text) -> {
            executions.incrementAndGet();
            return text + text;
        });
    }

    private static void assertCached(RunReport run, boolean cached, TaskRef<?>... tasks) {
        for (TaskRef<?> task : tasks) {
            assertThat(run.task(task).state()).isEqualTo(TaskState.SUCCEEDED);
            assertThat(run.task(task).isCached()).as("%s is cached", task).isEqualTo(cached);
        }
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
    void a_key_of_ones_own_replaces_arguments_and_inputs() {
        PipelineBuilder builder = Pipeline.named("orders");
        Parameter<String> file = builder.parameter("file", String.class).required();
        TaskRef<Integer> number = builder.task("number", Integer.class).run(ctx -> executions.incrementAndGet());
        TaskRef<String> load = builder.task("load", String.class)
                .cache(Cache.version("1").key(ctx -> ctx.get(file).toLowerCase(java.util.Locale.ROOT)))
                .from(number)
                .run((ctx, count) -> ctx.get(file) + count);
        Pipeline pipeline = builder.build();

        assertThat(etl.run(pipeline, Arguments.of(file, "A")).output(load)).isEqualTo("A1");
        assertThat(etl.run(pipeline, Arguments.of(file, "a")).output(load)).isEqualTo("A1");
        assertThat(etl.run(pipeline, Arguments.of(file, "b")).output(load)).isEqualTo("b3");
    }

    @Test
    void what_a_function_finds_counts_and_its_failure_is_that_of_an_attempt() {
        AtomicReference<@Nullable String> fingerprint = new AtomicReference<>("1");
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> load = builder.task("load", Integer.class)
                .retry(RetryPolicy.attempts(2))
                .cache(Cache.version("1").input("file", ctx -> {
                    String now = fingerprint.get();
                    if (now == null) {
                        throw new java.io.IOException("cannot be read");
                    }
                    return now;
                }))
                .run(ctx -> executions.incrementAndGet());
        Pipeline pipeline = builder.build();

        assertThat(etl.run(pipeline).output(load)).isEqualTo(1);
        assertThat(etl.run(pipeline).output(load)).isEqualTo(1);
        fingerprint.set("2");
        assertThat(etl.run(pipeline).output(load)).isEqualTo(2);
        fingerprint.set(null);
        RunReport failed = etl.run(pipeline);

        assertThat(failed.task(load))
                .returns(TaskState.FAILED, TaskReport::state)
                .returns(2, TaskReport::attempts);
        assertThat(failed.error().orElseThrow().message()).isEqualTo("cannot be read");
        assertThat(executions).hasValue(2);
        fingerprint.set("1");
        assertThat(etl.resume(failed.id(), pipeline).await().output(load)).isEqualTo(1);
    }

    @Test
    void a_task_cannot_read_what_does_not_count() {
        PipelineBuilder builder = Pipeline.named("orders");
        Parameter<String> counted = builder.parameter("counted", String.class).optional("c");
        Parameter<String> other = builder.parameter("other", String.class).optional("o");
        TaskRef<String> before = builder.task("before", String.class).run(ctx -> "before");
        TaskRef<String> argument = builder.task("argument", String.class)
                .cache(Cache.version("1").arguments(counted))
                .run(ctx -> ctx.get(counted) + ctx.get(other));
        TaskRef<String> interval = builder.task("interval", String.class)
                .cache(Cache.version("1").arguments())
                .run(ctx -> ctx.dataInterval().toString());
        TaskRef<String> upstream = builder.task("upstream", String.class)
                .cache(Cache.version("1"))
                .after(before)
                .run(ctx -> ctx.output(before).orElse(""));
        TaskRef<String> allowed = builder.task("allowed", String.class)
                .cache(Cache.version("1").reads(before))
                .after(before)
                .run(ctx -> ctx.output(before).orElse("") + ctx.state(before) + ctx.get(other) + ctx.runId());

        RunReport run = etl.run(builder.build());

        assertThat(run.task(argument).error().orElseThrow().message())
                .isEqualTo("task 'argument' reads the argument 'other', which its cache does not count, so that a wrong"
                        + " output could be reused; name it in arguments(..), or give the cache a key(..)");
        assertThat(run.task(interval).error().orElseThrow().message()).contains("reads the data interval of the run");
        assertThat(run.task(upstream).error().orElseThrow().message())
                .contains("reads the task 'before'")
                .contains("name it in reads(..)");
        assertThat(run.output(allowed)).isEqualTo("beforeSUCCEEDEDo" + run.id());
    }

    @Test
    void states_and_outputs_of_tasks_that_are_read_count() {
        AtomicReference<String> deed = new AtomicReference<>("a");
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<String> source = builder.task("source", String.class).run(ctx -> {
            if (deed.get().equals("fail")) {
                throw new IllegalStateException("no");
            }
            return deed.get();
        });
        TaskRef<String> join = builder.task("join", String.class)
                .triggerRule(TriggerRule.ALL_DONE)
                .cache(Cache.version("1").reads(source))
                .after(source)
                .run(ctx -> {
                    executions.incrementAndGet();
                    return ctx.state(source) + ctx.output(source).orElse("");
                });
        Pipeline pipeline = builder.build();

        assertThat(etl.run(pipeline).output(join)).isEqualTo("SUCCEEDEDa");
        deed.set("fail");
        assertThat(etl.run(pipeline).output(join)).isEqualTo("FAILED");
        deed.set("b");
        assertThat(etl.run(pipeline).output(join)).isEqualTo("SUCCEEDEDb");
        assertThat(executions).hasValue(3);
        deed.set("fail");
        assertThat(etl.run(pipeline).output(join)).isEqualTo("FAILED");
        deed.set("a");
        assertThat(etl.run(pipeline).output(join)).isEqualTo("SUCCEEDEDa");
        assertThat(executions).hasValue(3);
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

    @Test
    void a_task_of_an_included_pipeline_has_its_own_arguments() {
        PipelineBuilder inner = Pipeline.named("inner");
        Parameter<String> name = inner.parameter("name", String.class).required();
        TaskRef<String> greet = inner.task("greet", String.class)
                .cache(Cache.version("1"))
                .run(ctx -> ctx.get(name) + executions.incrementAndGet());
        Pipeline included = inner.build();
        AtomicReference<String> produced = new AtomicReference<>("x");
        PipelineBuilder outer = Pipeline.named("outer");
        Parameter<String> unrelated = outer.parameter("unrelated", String.class).optional("");
        TaskRef<String> produce = outer.task("produce", String.class).run(ctx -> produced.get());
        TaskRef<String> fixed =
                outer.include("fixed", included).with(name, "fix").output(greet);
        TaskRef<String> bound =
                outer.include("bound", included).with(name, produce).output(greet);
        Pipeline pipeline = outer.build();
        RunReport first = etl.run(pipeline).orThrow();

        RunReport second = etl.run(pipeline, Arguments.of(unrelated, "other")).orThrow();
        produced.set("y");
        RunReport third = etl.run(pipeline).orThrow();

        assertCached(first, false, fixed, bound);
        assertCached(second, true, fixed, bound);
        assertCached(third, true, fixed);
        assertCached(third, false, bound);
        assertThat(pipeline.task("bound--greet").orElseThrow().cache()).isPresent();
    }

    @Test
    void what_is_declared_is_data() {
        PipelineBuilder builder = Pipeline.named("orders");
        Parameter<LocalDate> day = builder.parameter("day", LocalDate.class).required();
        TaskRef<String> before = builder.task("before", String.class).run(ctx -> "");
        builder.task("plain").run(ctx -> {});
        builder.task("task")
                .after(before)
                .cache(Cache.version("1")
                        .ttl(Duration.ofHours(6))
                        .arguments(day)
                        .reads(before)
                        .input("rates", ctx -> 1))
                .run(ctx -> {});
        builder.task("keyed").cache(Cache.version("2").key(ctx -> 1)).run(ctx -> {});
        Pipeline pipeline = builder.build();

        assertThat(cache(pipeline, "task"))
                .contains(new TaskView.Cached(
                        "1",
                        Optional.of(Duration.ofHours(6)),
                        Optional.of(List.of("day")),
                        List.of("before"),
                        List.of("rates"),
                        false));
        assertThat(cache(pipeline, "keyed"))
                .contains(new TaskView.Cached("2", Optional.empty(), Optional.empty(), List.of(), List.of(), true));
        assertThat(cache(pipeline, "plain")).isEmpty();
        assertThat(PipelineGraph.of(pipeline).toJson()).contains("\"cache\"").contains("PT6H");
    }

    private static Optional<TaskView.Cached> cache(Pipeline pipeline, String task) {
        return pipeline.task(task).orElseThrow().cache();
    }

    @Test
    void a_cache_does_not_change_the_fingerprint() {
        PipelineBuilder with = Pipeline.named("orders");
        with.task("task").cache(Cache.version("1")).run(ctx -> {});
        PipelineBuilder without = Pipeline.named("orders");
        without.task("task").run(ctx -> {});

        assertThat(with.build().fingerprint()).isEqualTo(without.build().fingerprint());
    }

    @Test
    void every_fault_of_a_cache_is_told() {
        Parameter<String> foreign =
                Pipeline.named("other").parameter("foreign", String.class).required();
        PipelineBuilder builder = Pipeline.named("orders");
        Cache cache = Cache.version("1");
        TaskRef<String> setup = builder.task("setup", String.class).cache(cache).run(ctx -> "");
        TaskRef<String> work = builder.task("work", String.class).after(setup).run(ctx -> "");
        builder.task("teardown").teardownOf(setup).after(work).cache(cache).run(ctx -> {});
        builder.task("last").runsFinally().cache(cache).run(ctx -> {});
        builder.task("argument").cache(cache.arguments(foreign)).run(ctx -> {});
        builder.task("unrelated").cache(cache.reads(work)).run(ctx -> {});
        builder.task("early")
                .triggerRule(TriggerRule.ONE_SUCCESS)
                .after(work, setup)
                .cache(cache.reads(work))
                .run(ctx -> {});

        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        PipelineInvalidException.class,
                        invalid -> assertThat(invalid.faults())
                                .containsExactlyInAnyOrder(
                                        "task 'setup' has a cache but is torn down afterwards, so that its output is of no use to"
                                                + " another run; remove its cache",
                                        "task 'teardown' has a cache but cleans up, which has to be done each time; remove its"
                                                + " cache",
                                        "task 'last' has a cache but cleans up, which has to be done each time; remove its cache",
                                        "task 'argument': its cache counts parameter 'foreign', which its pipeline does not"
                                                + " declare",
                                        "task 'unrelated': its cache reads task 'work', which is not a direct upstream task of it;"
                                                + " declare after(work)",
                                        "task 'early': its cache reads upstream tasks, which may not have ended when the task"
                                                + " starts by its rule ONE_SUCCESS; give the cache a key(..)"));
    }

    @Test
    void misuse_is_refused_at_once() {
        Cache cache = Cache.version("1");
        assertThatThrownBy(() -> Cache.version(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cache.version("x".repeat(1_001))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cache.ttl(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cache.key(ctx -> 1).arguments()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> cache.arguments().key(ctx -> 1)).isInstanceOf(IllegalStateException.class);
        assertThat(cache).hasToString("cache of version '1'");
        assertThat(Objects.requireNonNull(cache.ttl(Duration.ofDays(1)))).isNotSameAs(cache);
    }
}
