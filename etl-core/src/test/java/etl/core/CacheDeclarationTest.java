package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Caches as they are declared, and what is refused. */
class CacheDeclarationTest extends CachedRuns {
    private static Optional<TaskView.Cached> cache(Pipeline pipeline, String task) {
        return pipeline.task(task).orElseThrow().cache();
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
