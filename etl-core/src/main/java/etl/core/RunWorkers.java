package etl.core;

import etl.core.spi.Time;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final @Nullable Pool[] pools;
    private final ReadyQueue ready;
    private final @Nullable CacheGate gate;
    private final int parallelism;
    private final boolean serial;
    private final AtomicInteger busy = new AtomicInteger();
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();

    /** What the workers work for. */
    interface Owner {
        /** Executes a task run on this thread; false if the thread was abandoned meanwhile and must do nothing more. */
        boolean execute(TaskRun run, Worker worker);

        void hand(Runnable action);

        void idle();

        void failed(Throwable defect);
    }

    RunWorkers(Owner owner, Pipeline pipeline, RunSettings settings, @Nullable CacheGate gate) {
        this.owner = owner;
        this.pipeline = pipeline;
        this.slots = settings.slots();
        this.pools = pools(pipeline, settings.pools());
        this.ready = ReadyQueue.of(pipeline);
        this.gate = gate;
        this.parallelism = pipeline.parallelism().orElse(settings.parallelism());
        this.serial = settings.executor().isSerial();
    }

    /** The pool of each task; nothing at all if none has one. */
    private static @Nullable Pool[] pools(Pipeline pipeline, Map<String, Pool> known) {
        if (!pipeline.usesPools()) {
            return new Pool[0];
        }
        @Nullable Pool[] pools = new Pool[pipeline.size()];
        for (int task = 0; task < pools.length; task++) {
            pools[task] = pipeline.task(task).pool().map(known::get).orElse(null);
        }
        return pools;
    }

    private @Nullable Pool pool(int task) {
        return pools.length == 0 ? null : pools[task];
    }

    /**
     * While the calling thread waits for another run: if it executes a task run, its slots are free for others, so that
     * tasks that run pipelines cannot keep these from going on. They are taken back even if none is free then.
     */
    static Pause pause() {
        Worker worker = CURRENT.get();
        if (worker == null) {
            return () -> {};
        }
        worker.pauses();
        return worker::goesOn;
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
            TaskView task = pipeline.task(run.task());
            pool.request(task.poolSlots(), task.priority(), () -> enqueue(run));
        }
    }

    /** The same on a worker's own thread: it executes the first of what it makes ready itself, unless that has to queue. */
    void add(TaskRun run, @Nullable Worker worker) {
        boolean mayPass = gate == null || pipeline.cache(run.task()) == null;
        if (worker == null || worker.next != null || !ready.isInOrder() || pool(run.task()) != null || !mayPass) {
            add(run);
        } else {
            worker.next = run;
        }
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
            owner.hand(worker);
        } else {
            slots.request(() -> owner.hand(worker));
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
    void abandoned(TaskAttempt attempt) {
        workers.stream()
                .filter(worker -> worker.attempt == attempt)
                .findFirst()
                .filter(workers::remove)
                .ifPresent(Worker::release);
    }

    /**
     * One thread that executes task runs. Its fields belong to this thread; another one that finds its own attempt in
     * {@link #attempt} may read {@link #running}.
     */
    final class Worker implements Runnable {
        private @Nullable TaskRun running;
        private @Nullable TaskRun next;
        private @Nullable Instant now;
        private volatile @Nullable TaskAttempt attempt;

        private Worker() {}

        private Slots slots() {
            return slots;
        }

        /** From now on {@link #forEachAttempt} knows the attempt. */
        void begin(TaskAttempt begun) {
            attempt = begun;
        }

        /** Whether the calling thread works as this now. */
        boolean isAtWork() {
            return CURRENT.get() == this;
        }

        /** Whether nothing is kept waiting when this thread waits. */
        boolean hasNothingElseToDo() {
            return next == null && running == null && ready.isEmpty() && !slots.isContended();
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
            for (TaskRun run = ready.poll(); run != null; run = next()) {
                if (!execute(run)) {
                    return false;
                }
                if (slots.isContended() && (next != null || !ready.isEmpty())) {
                    queueAgain();
                    return false;
                }
            }
            return true;
        }

        private @Nullable TaskRun next() {
            TaskRun own = next;
            next = null;
            return own == null ? ready.poll() : own;
        }

        private void queueAgain() {
            TaskRun own = next;
            if (own != null) {
                ready.add(own);
            }
            next = null;
            now = null;
            workers.remove(this);
            slots.request(() -> owner.hand(this));
            slots.release();
        }

        private boolean execute(TaskRun run) {
            Pool pool = pool(run.task());
            if (pool == null) {
                return owner.execute(run, this);
            }
            running = run;
            boolean abandoned = false;
            try {
                abandoned = !owner.execute(run, this);
                return !abandoned;
            } finally {
                running = null;
                if (!abandoned) {
                    pool.release(pipeline.task(run.task()).poolSlots());
                }
            }
        }

        private void release() {
            releasePool();
            leave();
        }

        private void releasePool() {
            TaskRun held = running;
            if (held != null) {
                Objects.requireNonNull(pool(held.task()))
                        .release(pipeline.task(held.task()).poolSlots());
            }
        }

        private void pauses() {
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
            return serial && running == null;
        }

        private void goesOn() {
            TaskRun held = running;
            if (held != null) {
                Objects.requireNonNull(pool(held.task()))
                        .reclaim(pipeline.task(held.task()).poolSlots());
            }
            if (!keepsPlace()) {
                busy.incrementAndGet();
            }
            slots.reclaim();
        }
    }
}
