package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What makes an output another one, so that it is not reused. */
class CacheKeysTest extends CachedRuns {
    private TaskRef<String> counted(PipelineBuilder builder, String id, Cache cache, TaskRef<String> input) {
        return builder.task(id, String.class).cache(cache).from(input).run((ctx, text) -> {
            executions.incrementAndGet();
            return text + text;
        });
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
}
