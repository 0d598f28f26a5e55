package etl.core;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Of those who want the same task run at the same time (workers, a cancel, an alarm) one gets it, and it ends once. */
class TaskRunLincheck {
    @Test
    void a_task_run_is_taken_by_one() {
        Interleavings.explore(Takers.class, 3, 5, 80);
    }

    public static class Takers {
        private final TaskRuns table = TaskRuns.ofTasks(1);

        /** A worker that succeeds. */
        @Operation(runOnce = true)
        public boolean succeed() {
            TaskRun run = table.get(0);
            if (!run.start()) {
                return false;
            }
            int attempt = run.nextAttempt();
            run.move(TaskState.SUCCEEDED);
            return attempt > 0;
        }

        /** A worker whose attempt fails and is retried at once, unless a cancel takes the task run meanwhile. */
        @Operation(runOnce = true)
        public boolean failAndRetry() {
            TaskRun run = table.get(0);
            if (!run.start()) {
                return false;
            }
            run.nextAttempt();
            run.move(TaskState.RETRYING);
            return succeed();
        }

        @Operation(runOnce = true)
        public boolean cancel() {
            TaskRun run = table.get(0);
            if (run.claim(TaskState.PENDING, TaskState.CANCELLED)
                    || run.claim(TaskState.RETRYING, TaskState.CANCELLED)) {
                run.closed();
                return true;
            }
            return false;
        }

        @Operation(runOnce = true)
        public boolean skip() {
            TaskRun run = table.get(0);
            boolean mine = run.claim(TaskState.PENDING, TaskState.SKIPPED);
            if (mine) {
                run.closed();
            }
            return mine;
        }

        @Validate
        public void hasEndedOnce() {
            TaskState state = table.state(0);
            Interleavings.check(state == table.get(0).state(), "there are two objects of one task run");
            Interleavings.check(table.finalCount() == (state.isFinal() ? 1 : 0), "counted " + table.finalCount());
            Interleavings.check(state != TaskState.RUNNING && state != TaskState.RETRYING, "left " + state);
            Interleavings.check(!state.isFinal() || table.isAllFinal(), "all have ended, but nobody sees it");
        }
    }
}
