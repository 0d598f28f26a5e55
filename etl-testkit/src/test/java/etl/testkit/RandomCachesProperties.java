package etl.testkit;

import etl.core.InMemoryStateStore;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RandomCachesProperties {
    @Property(tries = 15)
    void runs_with_caches_compute_the_same_as_runs_without(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int tasks) {
        InMemoryStateStore shared = InMemoryStateStore.create();
        RandomCaches.check(List.of(shared, shared), seed, tasks);
    }
}
