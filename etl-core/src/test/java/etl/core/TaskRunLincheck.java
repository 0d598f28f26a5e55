package etl.core;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Of those who want the same task run at the same time (workers, a cancel, an alarm) one gets it, and it ends once. */
class TaskRunLincheck {
    @Test
    void a_task_run_is_taken_by_one() {
        Interleavings.explore(Takers.class, 3, 8, 200);
    }

    @Test
    void all_find_the_same_task_run() {
        Interleavings.explore(Finders.class, 3, 5, 200);
    }

    public static class Takers {
        private final TaskRuns table = TaskRuns.ofTasks("t");
        /** In a field, so that Lincheck knows it as shared: it does not see that the table publishes it. */
        private final TaskRun run = table.get(0);

        private final AtomicInteger attempts = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();

        /** A worker that succeeds. */
        @Operation(runOnce = true)
        public void succeed() {
            if (begin()) {
                end(TaskState.SUCCEEDED);
            }
        }

        /** A worker whose attempt fails and is retried at once, unless a cancel takes the task run meanwhile. */
        @Operation(runOnce = true)
        public void failAndRetry() {
            if (begin()) {
                run.move(TaskState.RETRYING);
                succeed();
            }
        }

        @Operation(runOnce = true)
        public void cancel() {
            settle(run.claim(TaskState.PENDING, TaskState.CANCELLED)
                    || run.claim(TaskState.RETRYING, TaskState.CANCELLED));
        }

        @Operation(runOnce = true)
        public void skip() {
            settle(run.claim(TaskState.PENDING, TaskState.SKIPPED));
        }

        private boolean begin() {
            boolean mine = run.start();
            if (mine) {
                attempts.incrementAndGet();
                run.nextAttempt();
            }
            return mine;
        }

        private void end(TaskState state) {
            ends.incrementAndGet();
            run.move(state);
        }

        private void settle(boolean mine) {
            if (mine) {
                ends.incrementAndGet();
                run.closed();
            }
        }

        @Validate
        public void hasEndedOnce() {
            Interleavings.check(ends.get() == 1, "ended " + ends + " times");
            Interleavings.check(table.isAllFinal() && table.finalCount() == 1, "counted " + table.finalCount());
            Interleavings.check(run.state().isFinal(), "left " + run.state());
            Interleavings.check(run.attempt() == attempts.get(), attempts + " attempts, but " + run.attempt());
        }
    }

    /** A task run is made by whoever asks for it first, and taken by one. */
    public static class Finders {
        private final TaskRuns table = TaskRuns.ofTasks("t");
        private final AtomicInteger taken = new AtomicInteger();

        @Operation
        public boolean find() {
            TaskRun found = table.get(0);
            return found == table.get(0);
        }

        @Operation
        public void take() {
            TaskRun run = table.take(0);
            if (run != null) {
                taken.incrementAndGet();
                Interleavings.check(run == table.get(0), "there are two objects of one task run");
            }
        }

        @Validate
        public void hasBeenTakenOnce() {
            boolean isRunning = table.state(0) == TaskState.RUNNING;
            Interleavings.check(taken.get() == (isRunning ? 1 : 0), "taken " + taken + " times");
        }
    }
}
