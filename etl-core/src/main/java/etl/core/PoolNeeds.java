package etl.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which pools the tasks of a pipeline need, and how many slots; the same need of many tasks is there once. Immutable. */
final class PoolNeeds {
    private static final int[] NOBODY = {};
    private static final int NOTHING = -1;

    private final List<Need> needs;
    private final int[] needOf;

    /**
     * What a task needs.
     *
     * @param pool the name of the pool
     * @param slots so many slots of it
     */
    record Need(String pool, int slots) {}

    private PoolNeeds(List<Need> needs, int[] needOf) {
        this.needs = needs;
        this.needOf = needOf;
    }

    static PoolNeeds of(List<TaskView> tasks) {
        Map<Need, Integer> numbers = new HashMap<>();
        List<Need> needs = new ArrayList<>();
        int[] needOf = new int[tasks.size()];
        for (int task = 0; task < needOf.length; task++) {
            TaskView view = tasks.get(task);
            needOf[task] = view.pool()
                    .map(pool -> numbers.computeIfAbsent(new Need(pool, view.poolSlots()), fresh -> {
                        needs.add(fresh);
                        return needs.size() - 1;
                    }))
                    .orElse(NOTHING);
        }
        return new PoolNeeds(List.copyOf(needs), needs.isEmpty() ? NOBODY : needOf);
    }

    boolean isEmpty() {
        return needs.isEmpty();
    }

    List<Need> all() {
        return needs;
    }

    /** Where a task's need is in {@link #all}; negative if it has none. */
    int of(int task) {
        return needOf.length == 0 ? NOTHING : needOf[task];
    }
}
