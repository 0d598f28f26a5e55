package etl.testkit;

import etl.core.InMemoryStateStore;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RandomRunsProperties {
    @Property(tries = 300)
    void a_random_pipeline_ends_as_documented(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int tasks) {
        RandomRuns.check(InMemoryStateStore.create(), seed, tasks);
    }

    @Property(tries = 100)
    void a_random_pipeline_ends_so_too_on_the_thread_of_the_test(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int tasks) {
        RandomRuns.check(ManualRunner.create().builder(), seed, tasks);
    }

    @Property(tries = 10)
    void a_large_random_pipeline_ends_as_documented(@ForAll long seed) {
        RandomRuns.check(InMemoryStateStore.create(), seed, 3_000);
    }
}
