package etl.core;

import etl.core.spi.Time;
import java.time.Instant;
import java.util.Objects;
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

    private final WorkersOwner owner;
    private final Slots slots;
    private final TaskRuns tasks;
    private final ReadyTasks unadmitted;
    private final ReadyQueue ready;
    private final Admission admission;
    private final int parallelism;
    private final boolean serial;
    private final AtomicInteger busy = new AtomicInteger();
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();

    RunWorkers(WorkersOwner owner, Pipeline pipeline, TaskRuns tasks, RunSettings settings, @Nullable CacheGate gate) {
        this.owner = owner;
        this.slots = settings.slots();
        this.tasks = tasks;
        this.unadmitted = new ReadyTasks(tasks.size());
        this.ready = ReadyQueue.of(pipeline);
        this.admission = new Admission(owner, pipeline, settings.pools(), gate);
        this.parallelism = pipeline.parallelism().orElse(settings.parallelism());
        this.serial = settings.executor().isSerial();
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
        if (!admission.looksUp(run)) {
            admit(run);
        }
    }

    /** A task run that is to be executed; it may wait for the slots of its pool first. */
    void admit(TaskRun run) {
        admission.request(run, this::enqueue);
    }

    /** Task runs that wait for the slots of a pool have ended: nobody waits behind them any longer. */
    void dropUnwanted() {
        admission.dropUnwanted();
    }

    /** The same on a worker's own thread, which executes the first itself; no slots of a pool are taken while all are busy. */
    void add(TaskRuns runs, int index, @Nullable Worker worker) {
        int task = runs.task(index);
        if (!admission.isInOrder(task)) {
            add(runs.get(index));
        } else if (worker != null && worker.isFree() && worker.hasSlotsFor(runs, index)) {
            worker.takesNext(runs, index);
        } else if (runs.isOfElements() || (admission.pool(runs, index) != null && busy.get() < parallelism)) {
            admit(runs.get(index));
        } else {
            unadmitted.add(index);
            start();
        }
    }

    /** The tasks with which the run starts. */
    void addAll(int[] starting) {
        if (!admission.isOpen()) {
            for (int task : starting) {
                add(tasks, task, null);
            }
            return;
        }
        unadmitted.start(starting);
        for (int started = 0; started < Math.min(starting.length, parallelism); started++) {
            start();
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
        if (!slots.isContended() && slots.tryAcquire()) {
            handNew();
        } else {
            slots.request(this::handNew);
        }
    }

    /** Each is made by its own thread: made one after the other, two would share a cache line that both write all the time. */
    private void handNew() {
        hand(() -> new Worker().run());
    }

    /** What was granted to a run whose threads cannot be had is given back. */
    private void hand(Runnable worker) {
        if (!owner.hand(worker)) {
            unadmitted.clear();
            admission.giveBack(ready);
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
        if (isAnyReady()) {
            start();
        }
    }

    private boolean isAnyReady() {
        return !unadmitted.isEmpty() || !ready.isEmpty();
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
        private final HeldSlots held = new HeldSlots();
        private @Nullable TaskRuns nextOf;
        private int next;
        private boolean admittedFirst;
        private @Nullable Instant now;
        private boolean abandoned;
        private volatile @Nullable WorkerAttempt attempt;
        private final AtomicReference<WorkerHold> hold = new AtomicReference<>(WorkerHold.ITS_OWN);

        private Slots slots() {
            return slots;
        }

        private boolean isFree() {
            return nextOf == null;
        }

        /** Whether a task run does not have to wait for the slots of its pool: they are its own now. */
        private boolean hasSlotsFor(TaskRuns runs, int index) {
            Pool pool = admission.pool(runs, index);
            return pool == null
                    || held.handOn(pool, admission.poolSlots(runs.task(index)))
                    || admission.takesSlots(runs, index);
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
            return isFree() && held.isEmpty() && !isAnyReady() && !slots.isContended();
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
                if (slots.isContended() && (!isFree() || isAnyReady())) {
                    queueAgain();
                    return false;
                }
            }
            return !abandoned;
        }

        /** False if nothing is left to do, or if the thread was abandoned meanwhile. */
        private boolean executeNext() {
            if (isFree() && !findNext()) {
                return false;
            }
            TaskRuns runs = Objects.requireNonNull(nextOf);
            nextOf = null;
            abandoned = !execute(runs, next);
            return !abandoned;
        }

        /** Those that have been admitted and those that have not take turns, so that none of them waits for all others. */
        private boolean findNext() {
            admittedFirst = !admittedFirst;
            return admittedFirst ? takesAdmitted() || takesUnadmitted() : takesUnadmitted() || takesAdmitted();
        }

        private boolean takesAdmitted() {
            TaskRun first = ready.poll();
            if (first == null) {
                return false;
            }
            now = null;
            takesNext(first.table(), first.index());
            return true;
        }

        private boolean takesUnadmitted() {
            int task = pollUnadmitted();
            while (task != ReadyTasks.NONE && !admission.takesSlots(tasks, task)) {
                admit(tasks.get(task));
                now = null;
                task = pollUnadmitted();
            }
            if (task == ReadyTasks.NONE) {
                return false;
            }
            takesNext(tasks, task);
            return true;
        }

        /** A starter has waited for nobody, so that it starts when the last task run has ended, too. */
        private int pollUnadmitted() {
            int starter = unadmitted.pollStarter();
            if (starter != ReadyTasks.NONE) {
                return starter;
            }
            now = null;
            return unadmitted.poll();
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
            Pool pool = admission.pool(runs, index);
            if (pool != null) {
                held.hold(pool, admission.poolSlots(runs.task(index)));
            }
            boolean wasAbandoned = false;
            try {
                wasAbandoned = !owner.execute(runs, index, this);
                return !wasAbandoned;
            } finally {
                // Else whoever has abandoned this thread gives them back, and may not have done so yet.
                if (!wasAbandoned) {
                    held.end();
                }
            }
        }

        private void giveUp() {
            if (hold.getAndSet(WorkerHold.GIVEN_UP) == WorkerHold.ITS_OWN) {
                held.release();
                leave();
            } else if (keepsPlace()) {
                slots.reclaim();
                leave();
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
            held.release();
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
            return serial && held.isEmpty();
        }

        private void goesOn() {
            held.reclaim();
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
