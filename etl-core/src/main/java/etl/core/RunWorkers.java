package etl.core;

import etl.core.spi.Time;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one run. Whoever makes a task run ready starts one if fewer are busy than the run allows; a worker
 * executes ready task runs until none is left, so a chain of any length needs neither recursion nor a thread hand-over for
 * each task. When other runs wait for a slot of the orchestrator, a worker gives its slot up after each task run and queues
 * again.
 */
final class RunWorkers {
    private static final ThreadLocal<@Nullable Worker> CURRENT = new ThreadLocal<>();

    private final Owner owner;
    private final Pipeline pipeline;
    private final Slots slots;
    private final Map<String, Pool> pools;
    private final ReadyQueue ready;
    private final @Nullable CacheGate gate;
    private final int parallelism;
    private final boolean serial;
    private final AtomicInteger busy = new AtomicInteger();
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();

    /** What the workers work for. */
    interface Owner {
        /** Executes a task run on this thread; false if the thread was abandoned meanwhile and must do nothing more. */
        boolean execute(TaskRuns runs, int index, Worker worker);

        /** False if no thread can be had for it; then nothing of the run is executed any more. */
        boolean hand(Runnable action);

        /** A worker finds nothing to do; it has not given up its place yet. */
        void outOfWork();

        void idle();

        void failed(Throwable defect);
    }

    RunWorkers(Owner owner, Pipeline pipeline, RunSettings settings, @Nullable CacheGate gate) {
        this.owner = owner;
        this.pipeline = pipeline;
        this.slots = settings.slots();
        this.pools = settings.pools();
        this.ready = ReadyQueue.of(pipeline);
        this.gate = gate;
        this.parallelism = pipeline.parallelism().orElse(settings.parallelism());
        this.serial = settings.executor().isSerial();
    }

    private @Nullable Pool pool(int task) {
        String name = pipeline.node(task).pool();
        return name == null ? null : pools.get(name);
    }

    /**
     * While the calling thread waits for another run: if it executes a task run, its slots are free for others, so that
     * tasks that run pipelines cannot keep these from going on. They are taken back even if none is free then.
     */
    static Pause pause() {
        Worker worker = CURRENT.get();
        return worker != null && worker.pauses() ? worker::goesOn : () -> {};
    }

    /** Whether the calling thread executes a task of a run that shares these slots. */
    static boolean isCaller(Slots slots) {
        Worker worker = CURRENT.get();
        return worker != null && worker.slots() == slots;
    }

    /** Ends when it is closed. */
    interface Pause extends AutoCloseable {
        @Override
        void close();
    }

    /** A task run whose start has been decided; its output may be there already. */
    void add(TaskRun run) {
        if (gate == null || !gate.takes(run)) {
            admit(run);
        }
    }

    /** A task run that is to be executed; it may wait for the slots of its pool first. */
    void admit(TaskRun run) {
        Pool pool = pool(run.task());
        if (pool == null) {
            enqueue(run);
        } else {
            int priority = pipeline.task(run.task()).priority();
            pool.request(poolSlots(run.task()), priority, () -> enqueue(run));
        }
    }

    /** The same on a worker's own thread: it executes the first of what it makes ready itself, unless that has to queue. */
    void add(TaskRuns runs, int index, @Nullable Worker worker) {
        if (worker == null || !worker.isFree() || !passes(runs.task(index))) {
            add(runs.get(index));
        } else {
            worker.takesNext(runs, index);
        }
    }

    /** Whether a task neither has to queue nor waits for anything else; then the slots of its pool are its own. */
    private boolean passes(int task) {
        if (!ready.isInOrder() || (gate != null && pipeline.cache(task) != null)) {
            return false;
        }
        Pool pool = pool(task);
        return pool == null || pool.tryTake(poolSlots(task));
    }

    private int poolSlots(int task) {
        return pipeline.node(task).poolSlots();
    }

    private void enqueue(TaskRun run) {
        ready.add(run);
        start();
    }

    private void start() {
        if (!join()) {
            return;
        }
        Worker worker = new Worker();
        if (!slots.isContended() && slots.tryAcquire()) {
            hand(worker);
        } else {
            slots.request(() -> hand(worker));
        }
    }

    /** What was granted to a run whose threads cannot be had is given back. */
    private void hand(Worker worker) {
        if (!owner.hand(worker)) {
            for (TaskRun run = ready.poll(); run != null; run = ready.poll()) {
                Pool pool = pool(run.task());
                if (pool != null) {
                    pool.release(poolSlots(run.task()));
                }
            }
            leave();
        }
    }

    private boolean join() {
        int now = busy.get();
        while (now < parallelism) {
            if (busy.compareAndSet(now, now + 1)) {
                return true;
            }
            now = busy.get();
        }
        return false;
    }

    private void leave() {
        busy.decrementAndGet();
        slots.release();
        if (!ready.isEmpty()) {
            start();
        }
    }

    /** The attempts that are being executed now. */
    void forEachAttempt(Consumer<TaskAttempt> action) {
        for (Worker worker : workers) {
            TaskAttempt attempt = worker.attempt;
            if (attempt != null && attempt.isBeingExecuted()) {
                action.accept(attempt);
            }
        }
    }

    /** Whether no thread works for the run, apart from those that were abandoned. */
    boolean isIdle() {
        return workers.isEmpty();
    }

    /** Another thread takes the place of the one that executes the attempt. */
    void abandoned(WorkerAttempt attempt) {
        workers.stream()
                .filter(worker -> worker.attempt == attempt)
                .findFirst()
                .filter(workers::remove)
                .ifPresent(Worker::giveUp);
    }

    /**
     * One thread that executes task runs. Its fields belong to this thread; another one that finds its own attempt in
     * {@link #attempt} may read {@link #held}.
     */
    final class Worker implements Runnable {
        private @Nullable Pool held;
        private int heldSlots;
        private @Nullable TaskRuns nextOf;
        private int next;
        private @Nullable Instant now;
        private boolean abandoned;
        private volatile @Nullable WorkerAttempt attempt;
        private final AtomicReference<WorkerHold> hold = new AtomicReference<>(WorkerHold.ITS_OWN);

        private Worker() {}

        private Slots slots() {
            return slots;
        }

        private boolean isFree() {
            return nextOf == null;
        }

        private void takesNext(TaskRuns runs, int index) {
            nextOf = runs;
            next = index;
        }

        /** From now on {@link #forEachAttempt} knows the attempt. */
        void begin(WorkerAttempt begun) {
            attempt = begun;
        }

        /** Whether the calling thread works as this now. */
        boolean isAtWork() {
            return CURRENT.get() == this;
        }

        /** Whether nothing is kept waiting when this thread waits. */
        boolean hasNothingElseToDo() {
            return isFree() && held == null && ready.isEmpty() && !slots.isContended();
        }

        /** The worker goes on at once with the next task run, which starts when the last one has ended. */
        void goesOnAt(Instant time) {
            now = time;
        }

        /** When the next task run starts: now by the clock, unless that is known. */
        Instant startTime(Time clock) {
            Instant known = now;
            now = null;
            return known == null ? clock.instant() : known;
        }

        @Override
        public void run() {
            workers.add(this);
            // A task that waits for a run may execute that run itself.
            Worker outer = CURRENT.get();
            CURRENT.set(this);
            try {
                if (!work()) {
                    return;
                }
                owner.outOfWork();
            } catch (RuntimeException | Error defect) {
                owner.failed(defect);
            } finally {
                if (outer == null) {
                    CURRENT.remove();
                } else {
                    CURRENT.set(outer);
                }
            }
            workers.remove(this);
            leave();
            owner.idle();
        }

        /** Executes what is ready; false if this thread must do nothing more. */
        private boolean work() {
            while (executeNext()) {
                if (slots.isContended() && !(isFree() && ready.isEmpty())) {
                    queueAgain();
                    return false;
                }
            }
            return !abandoned;
        }

        /** False if nothing is left to do, or if the thread was abandoned meanwhile. */
        private boolean executeNext() {
            TaskRuns own = nextOf;
            if (own != null) {
                nextOf = null;
                abandoned = !execute(own, next);
                return !abandoned;
            }
            TaskRun first = ready.poll();
            if (first == null) {
                return false;
            }
            now = null;
            abandoned = !execute(first.table(), first.index());
            return !abandoned;
        }

        private void queueAgain() {
            TaskRuns own = nextOf;
            if (own != null) {
                ready.add(own.get(next));
            }
            nextOf = null;
            now = null;
            workers.remove(this);
            slots.request(() -> hand(this));
            slots.release();
        }

        private boolean execute(TaskRuns runs, int index) {
            Pool pool = pool(runs.task(index));
            if (pool == null) {
                return owner.execute(runs, index, this);
            }
            held = pool;
            heldSlots = poolSlots(runs.task(index));
            boolean wasAbandoned = false;
            try {
                wasAbandoned = !owner.execute(runs, index, this);
                return !wasAbandoned;
            } finally {
                // Else whoever has abandoned this thread gives them back, and may not have done so yet.
                if (!wasAbandoned) {
                    held = null;
                    pool.release(heldSlots);
                }
            }
        }

        private void giveUp() {
            if (hold.getAndSet(WorkerHold.GIVEN_UP) == WorkerHold.ITS_OWN) {
                releasePool();
                leave();
            } else if (keepsPlace()) {
                slots.reclaim();
                leave();
            }
        }

        private void releasePool() {
            Pool pool = held;
            if (pool != null) {
                pool.release(heldSlots);
            }
        }

        /** False if there is nothing to lend: the thread has been given up, or what it executes meanwhile waits, too. */
        private boolean pauses() {
            if (!hold.compareAndSet(WorkerHold.ITS_OWN, WorkerHold.LENT)) {
                return false;
            }
            lend();
            return true;
        }

        private void lend() {
            releasePool();
            if (keepsPlace()) {
                slots.release();
            } else {
                leave();
            }
        }

        /**
         * Another worker in its place would have to be executed deeper on the same stack. If the pool's slots are given up,
         * there is no other way, since another task run of this run may hold them next.
         */
        private boolean keepsPlace() {
            return serial && held == null;
        }

        private void goesOn() {
            Pool pool = held;
            if (pool != null) {
                pool.reclaim(heldSlots);
            }
            if (!keepsPlace()) {
                busy.incrementAndGet();
            }
            slots.reclaim();
            if (!hold.compareAndSet(WorkerHold.LENT, WorkerHold.ITS_OWN)) {
                lend();
            }
        }
    }
}
