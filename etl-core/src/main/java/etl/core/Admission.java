package etl.core;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the task runs of one run have to pass before a worker executes them: the cache, and the slots of their pools. */
final class Admission {
    private final WorkersOwner owner;
    private final Pipeline pipeline;
    private final PoolNeeds needs;
    /** For each need the pool, if the orchestrator has it. */
    private final @Nullable Pool[] poolOf;

    private final Map<String, Pool> pools;
    private final @Nullable CacheGate gate;

    Admission(WorkersOwner owner, Pipeline pipeline, Map<String, Pool> pools, @Nullable CacheGate gate) {
        this.owner = owner;
        this.pipeline = pipeline;
        this.needs = pipeline.poolNeeds();
        this.poolOf = needs.all().stream().map(need -> pools.get(need.pool())).toArray(Pool[]::new);
        this.pools = pools;
        this.gate = gate;
    }

    /** The pool whose slots a task run needs. A mapped task as a whole needs none: its elements do. */
    @Nullable
    Pool pool(TaskRuns runs, int index) {
        int task = runs.task(index);
        int need = needs.of(task);
        return need < 0 || (pipeline.columns().isMapped(task) && !runs.isOfElements()) ? null : poolOf[need];
    }

    private @Nullable Pool pool(TaskRun run) {
        return pool(run.table(), run.index());
    }

    /** How many slots a task that needs a pool needs of it. */
    int poolSlots(int task) {
        return needs.all().get(needs.of(task)).slots();
    }

    /** Whether a task starts in the order in which tasks become ready, and does not pass the cache before. */
    boolean isInOrder(int task) {
        return !pipeline.hasPriorities() && (gate == null || pipeline.cache(task) == null);
    }

    /** Whether there is nothing to pass for any task. */
    boolean isOpen() {
        return !pipeline.hasPriorities() && gate == null && needs.isEmpty();
    }

    /** Whether a task run does not have to wait for the slots of its pool: they are its own now. */
    boolean takesSlots(TaskRuns runs, int index) {
        Pool pool = pool(runs, index);
        return pool == null || pool.tryTake(poolSlots(runs.task(index)));
    }

    /** Takes a task run that passes the cache first; it comes back from there. */
    boolean looksUp(TaskRun run) {
        return gate != null && gate.takes(run);
    }

    /** Calls {@code admitted} when the slots of its pool are the task run's, now or later, if it is still wanted then. */
    void request(TaskRun run, Consumer<TaskRun> admitted) {
        Pool pool = pool(run);
        if (pool == null) {
            admitted.accept(run);
        } else {
            int priority = pipeline.task(run.task()).priority();
            pool.request(poolSlots(run.task()), priority, new SlotRequest(run, admitted));
        }
    }

    private final class SlotRequest implements Pool.Request {
        private final TaskRun run;
        private final Consumer<TaskRun> admitted;

        SlotRequest(TaskRun run, Consumer<TaskRun> admitted) {
            this.run = run;
            this.admitted = admitted;
        }

        @Override
        public void granted() {
            admitted.accept(run);
        }

        @Override
        public boolean isWanted() {
            return owner.wants(run);
        }
    }

    /** Task runs have ended while they waited: whoever waits behind them may go on. */
    void dropUnwanted() {
        pools.values().forEach(Pool::grant);
    }

    /** Those who have been admitted are not executed after all. */
    void giveBack(ReadyQueue admitted) {
        for (TaskRun run = admitted.poll(); run != null; run = admitted.poll()) {
            Pool pool = pool(run);
            if (pool != null) {
                pool.release(poolSlots(run.task()));
            }
        }
    }
}
