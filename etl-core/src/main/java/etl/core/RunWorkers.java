package etl.core;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one run. Whoever makes a task run ready starts one if fewer are busy than the run allows; a worker
 * executes ready task runs until none is left, so a chain of any length needs neither recursion nor a thread hand-over for
 * each task. When other runs wait for a slot of the orchestrator, a worker gives its slot up after each task run and queues
 * again.
 */
final class RunWorkers {
    private static final ThreadLocal<@Nullable Holding> HOLDING = new ThreadLocal<>();

    private final Owner owner;
    private final Pipeline pipeline;
    private final RunSettings settings;
    private final ReadyQueue ready;
    private final int parallelism;
    private final AtomicInteger workers = new AtomicInteger();

    /** What the workers work for. */
    interface Owner {
        /** Executes a task run on this thread; false if the thread was abandoned meanwhile and must do nothing more. */
        boolean execute(TaskRun run);

        void hand(Runnable action);

        void idle();

        void failed(Throwable defect);
    }

    /** What the task run holds that a thread executes: its place in the run, a slot, slots of a pool. */
    private record Holding(RunWorkers workers, @Nullable Pool pool, int poolSlots) {
        void release() {
            if (pool != null) {
                pool.release(poolSlots);
            }
            workers.leave();
        }

        void reclaim() {
            if (pool != null) {
                pool.reclaim(poolSlots);
            }
            workers.workers.incrementAndGet();
            workers.settings.slots().reclaim();
        }
    }

    RunWorkers(Owner owner, Pipeline pipeline, RunSettings settings) {
        this.owner = owner;
        this.pipeline = pipeline;
        this.settings = settings;
        this.ready = ReadyQueue.of(pipeline);
        this.parallelism = pipeline.parallelism().orElse(settings.parallelism());
    }

    /**
     * While the calling thread waits for another run: if it executes a task run, its slots are free for others, so that
     * tasks that run pipelines cannot keep these from going on. They are taken back even if none is free then.
     */
    static Pause pause() {
        Holding held = HOLDING.get();
        if (held == null) {
            return () -> {};
        }
        held.release();
        return held::reclaim;
    }

    /** Ends when it is closed. */
    interface Pause extends AutoCloseable {
        @Override
        void close();
    }

    /** A task run whose start has been decided; it may wait for the slots of its pool first. */
    void add(TaskRun run) {
        Pool pool = pool(run);
        if (pool == null) {
            enqueue(run);
        } else {
            TaskView task = pipeline.task(run.task());
            pool.request(task.poolSlots(), task.priority(), () -> enqueue(run));
        }
    }

    private @Nullable Pool pool(TaskRun run) {
        return pipeline.task(run.task()).pool().map(settings.pools()::get).orElse(null);
    }

    private void enqueue(TaskRun run) {
        ready.add(run);
        start();
    }

    void start() {
        if (!acquire()) {
            return;
        }
        if (!settings.slots().isContended() && settings.slots().tryAcquire()) {
            owner.hand(this::work);
        } else {
            settings.slots().request(() -> owner.hand(this::work));
        }
    }

    private boolean acquire() {
        int busy = workers.get();
        while (busy < parallelism) {
            if (workers.compareAndSet(busy, busy + 1)) {
                return true;
            }
            busy = workers.get();
        }
        return false;
    }

    private void work() {
        try {
            TaskRun run = ready.poll();
            while (run != null) {
                if (!execute(run)) {
                    return;
                }
                if (settings.slots().isContended() && !ready.isEmpty()) {
                    settings.slots().request(() -> owner.hand(this::work));
                    settings.slots().release();
                    return;
                }
                run = ready.poll();
            }
        } catch (RuntimeException | Error defect) {
            owner.failed(defect);
        }
        leave();
        owner.idle();
    }

    private void leave() {
        workers.decrementAndGet();
        settings.slots().release();
        if (!ready.isEmpty()) {
            start();
        }
    }

    private boolean execute(TaskRun run) {
        Pool pool = pool(run);
        int poolSlots = pool == null ? 0 : pipeline.task(run.task()).poolSlots();
        HOLDING.set(new Holding(this, pool, poolSlots));
        boolean abandoned = false;
        try {
            abandoned = !owner.execute(run);
            return !abandoned;
        } finally {
            HOLDING.remove();
            if (!abandoned && pool != null) {
                pool.release(poolSlots);
            }
        }
    }

    /** Another thread takes the place of one that was abandoned. */
    void abandoned(TaskRun run) {
        Pool pool = pool(run);
        if (pool != null) {
            pool.release(pipeline.task(run.task()).poolSlots());
        }
        leave();
    }
}
