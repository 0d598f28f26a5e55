package etl.testkit;

import etl.core.InMemoryStateStore;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RandomInclusionsProperties {
    @Property(tries = 200)
    void included_tasks_end_like_those_written_by_hand(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int tasks) {
        RandomInclusions.check(InMemoryStateStore.create(), seed, tasks);
    }

    @Property(tries = 5)
    void many_included_tasks_end_like_those_written_by_hand(@ForAll long seed) {
        RandomInclusions.check(InMemoryStateStore.create(), seed, 1_000);
    }
}
