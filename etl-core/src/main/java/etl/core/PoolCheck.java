package etl.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether an orchestrator has the pools that a pipeline needs. */
final class PoolCheck {
    private PoolCheck() {}

    /** Throws an {@link IllegalArgumentException} if it has not. */
    static void check(Pipeline pipeline, Map<String, Pool> pools) {
        if (pipeline.poolNeeds().isEmpty()) {
            return;
        }
        for (TaskView task : pipeline.tasks()) {
            task.pool().ifPresent(name -> check(task, name, pools.get(name)));
        }
    }

    private static void check(TaskView task, String name, @Nullable Pool pool) {
        if (pool == null) {
            throw new IllegalArgumentException("task '" + task.id() + "' needs pool '" + name
                    + "', which this orchestrator does not have; add pool(\"" + name + "\", slots) to its builder");
        }
        if (task.poolSlots() > pool.slots()) {
            throw new IllegalArgumentException("task '" + task.id() + "' needs " + task.poolSlots() + " slots of pool '"
                    + name + "', which has only " + pool.slots());
        }
    }
}
