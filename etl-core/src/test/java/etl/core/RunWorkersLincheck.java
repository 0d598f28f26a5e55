package etl.core;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** What is ready is executed, once, and never more of it at the same time than the run and the orchestrator allow. */
class RunWorkersLincheck {
    private static final int ORDERS = 400;
    private static final Pipeline PIPELINE = pipeline();
    private static final TaskRuns TASKS = TaskRuns.ofTasks(PIPELINE.columns().ids());
    private static final RunSettings SETTINGS = new RunSettings(
            InMemoryStateStore.create(),
            new Listeners(List.of(), 1),
            new TimeDouble(),
            new HostedThreads(Runnable::run),
            ThreadLocalRandom.current(),
            1,
            new Slots(1),
            Map.of(),
            EtlBuilder.DEFAULT_GRACE,
            new CacheWaiters(InMemoryStateStore.create().outputCache(), new TimeDouble()));

    private static Pipeline pipeline() {
        PipelineBuilder pipeline = Pipeline.named("one");
        pipeline.task("task").run(context -> {});
        return pipeline.build();
    }

    @Test
    void a_run_that_may_have_one_worker() {
        Interleavings.explore(OneWorker.class, 3, 1, ORDERS);
    }

    @Test
    void a_run_that_may_have_two_workers() {
        Interleavings.explore(TwoWorkers.class, 3, 1, ORDERS);
    }

    @Test
    void two_runs_that_take_turns_with_one_slot() {
        Interleavings.explore(TwoRuns.class, 2, 2, ORDERS);
    }

    public static class OneWorker extends Runs {
        public OneWorker() {
            super(1, 1, 2);
        }
    }

    public static class TwoWorkers extends Runs {
        public TwoWorkers() {
            super(1, 2, 2);
        }
    }

    public static class TwoRuns extends Runs {
        public TwoRuns() {
            super(2, 1, 1);
        }
    }

    public abstract static class Runs {
        private final Slots slots;
        private final int parallelism;
        private final int allSlots;
        private final List<OneOf> runs;
        private final Queue<Runnable> handed = new ConcurrentLinkedQueue<>();
        private final AtomicInteger ready = new AtomicInteger();
        private final AtomicInteger executed = new AtomicInteger();
        private final AtomicInteger busy = new AtomicInteger();
        private volatile boolean tooMany;

        Runs(int count, int parallelism, int slots) {
            this.slots = new Slots(slots);
            this.parallelism = parallelism;
            this.allSlots = slots;
            this.runs = count == 1 ? List.of(new OneOf()) : List.of(new OneOf(), new OneOf());
        }

        /** A task run becomes ready, and perhaps a thread has time to work. */
        @Operation
        public void makeReady(@Param(gen = IntGen.class, conf = "0:1") int run) {
            ready.incrementAndGet();
            runs.get(run % runs.size()).workers.add(taskRun());
            work();
        }

        private boolean work() {
            Runnable worker = handed.poll();
            if (worker == null) {
                return false;
            }
            worker.run();
            return true;
        }

        private static TaskRun taskRun() {
            return new TaskRun(TASKS, 0);
        }

        @Validate
        public void everythingIsExecutedAndNobodyWorks() {
            workWhileThereIsSomething();
            Interleavings.check(executed.get() == ready.get(), executed + " were executed of " + ready);
            Interleavings.check(!tooMany, "too many were executed at the same time");
            for (OneOf run : runs) {
                Interleavings.check(run.workers.isIdle(), "a worker was forgotten");
            }
            for (int slot = 0; slot < allSlots; slot++) {
                Interleavings.check(slots.tryAcquire(), "a slot was lost");
            }
            Interleavings.check(!slots.tryAcquire(), "a slot was doubled");
            for (int slot = 0; slot < allSlots; slot++) {
                slots.release();
            }
            runs.forEach(this::hasAllItsWorkersAgain);
        }

        private void hasAllItsWorkersAgain(OneOf run) {
            for (int task = 0; task <= parallelism; task++) {
                run.workers.add(taskRun());
            }
            Interleavings.check(handed.size() == parallelism, handed.size() + " workers have begun");
            workWhileThereIsSomething();
        }

        private void workWhileThereIsSomething() {
            while (work()) {
                // As many threads as are needed.
            }
        }

        /** One of the runs; each of its task runs makes another one ready at first. */
        private final class OneOf implements WorkersOwner {
            private final RunWorkers workers = new RunWorkers(this, PIPELINE, TASKS, settings(), null);
            private final AtomicInteger executing = new AtomicInteger();
            private final AtomicInteger successors = new AtomicInteger(1);

            private RunSettings settings() {
                return new RunSettings(
                        SETTINGS.store(),
                        SETTINGS.listeners(),
                        SETTINGS.time(),
                        SETTINGS.executor(),
                        SETTINGS.random(),
                        parallelism,
                        slots,
                        Map.of(),
                        SETTINGS.grace(),
                        SETTINGS.cacheWaiters());
            }

            @Override
            public boolean execute(TaskRuns tasks, int index, RunWorkers.Worker worker) {
                if (executing.incrementAndGet() > parallelism || busy.incrementAndGet() > allSlots) {
                    tooMany = true;
                }
                executed.incrementAndGet();
                if (successors.getAndDecrement() > 0) {
                    ready.incrementAndGet();
                    workers.add(TASKS, 0, worker);
                }
                busy.decrementAndGet();
                executing.decrementAndGet();
                return true;
            }

            @Override
            public boolean wants(TaskRun run) {
                return true;
            }

            @Override
            public boolean hand(Runnable action) {
                return handed.add(action);
            }

            @Override
            public void outOfWork() {}

            @Override
            public void idle() {}

            @Override
            public void failed(Throwable defect) {
                throw new IllegalStateException(defect);
            }
        }
    }
}
