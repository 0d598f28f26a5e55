package etl.core;

import etl.core.spi.StoredTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Many task runs by index: of all tasks of a run, or of all elements of one mapped task. A task run is made when somebody
 * asks for it, so that of a million tasks only those take room that have begun. Safe for use by many threads.
 */
final class TaskRuns {
    private static final int TASKS = -1;

    private final int mappedTask;
    private final AtomicReferenceArray<@Nullable TaskRun> runs;
    private final AtomicInteger open;
    private volatile boolean anyFailed;
    private volatile boolean anyCancelled;
    private volatile boolean anySucceeded;

    private TaskRuns(int mappedTask, int size) {
        this.mappedTask = mappedTask;
        this.runs = new AtomicReferenceArray<>(size);
        this.open = new AtomicInteger(size);
    }

    /** The task runs of all tasks, by ordinal. */
    static TaskRuns ofTasks(int size) {
        return new TaskRuns(TASKS, size);
    }

    /** The task runs of all elements of a mapped task, by map index. */
    static TaskRuns ofElements(int task, int size) {
        return new TaskRuns(task, size);
    }

    /** Takes over what a store remembers of a task run, before anybody else sees this table. */
    void restore(int index, StoredTask stored) {
        TaskRun run = create(index);
        run.restore(stored);
        runs.set(index, run);
        if (run.state().isFinal()) {
            closed(run.state());
        }
    }

    private TaskRun create(int index) {
        return mappedTask == TASKS
                ? new TaskRun(this, index, StoredTask.NOT_MAPPED)
                : new TaskRun(this, mappedTask, index);
    }

    int size() {
        return runs.length();
    }

    TaskRun get(int index) {
        TaskRun run = runs.get(index);
        if (run == null) {
            TaskRun fresh = create(index);
            run = runs.compareAndExchange(index, null, fresh);
            return run == null ? fresh : run;
        }
        return run;
    }

    TaskState state(int index) {
        TaskRun run = runs.get(index);
        return run == null ? TaskState.PENDING : run.state();
    }

    /** One more task run has come into a final state. */
    void closed(TaskState how) {
        if (how == TaskState.FAILED) {
            anyFailed = true;
        } else if (how == TaskState.CANCELLED) {
            anyCancelled = true;
        } else if (how == TaskState.SUCCEEDED && !anySucceeded) {
            anySucceeded = true;
        }
        open.decrementAndGet();
    }

    boolean isAllFinal() {
        return open.get() == 0;
    }

    int finalCount() {
        return runs.length() - open.get();
    }

    boolean anyFailed() {
        return anyFailed;
    }

    boolean anyCancelled() {
        return anyCancelled;
    }

    boolean anySucceeded() {
        return anySucceeded;
    }
}
