package etl.core;

import etl.core.spi.StoredTask;
import org.jspecify.annotations.Nullable;

/**
 * Many task runs by index: of all tasks of a run, or of all elements of one mapped task. A task run is made when somebody
 * asks for it, so that of a million tasks only those take room that have begun. Safe for use by many threads.
 */
final class TaskRuns {
    private static final int TASKS = -1;
    private static final String[] NONE = {};

    private final int mappedTask;
    private final String[] ids;
    private final References<@Nullable TaskRun> runs;
    private final StripedCount closed = new StripedCount();
    private volatile boolean anyFailed;
    private volatile boolean anyCancelled;
    private volatile boolean anySucceeded;

    private TaskRuns(int mappedTask, String[] ids, int size) {
        this.mappedTask = mappedTask;
        this.ids = ids;
        this.runs = new References<>(size);
    }

    /** The task runs of all tasks, by ordinal; the ids are not copied. */
    static TaskRuns ofTasks(String... ids) {
        return new TaskRuns(TASKS, ids, ids.length);
    }

    /** The task runs of all elements of a mapped task, by map index. */
    static TaskRuns ofElements(int task, int size) {
        return new TaskRuns(task, NONE, size);
    }

    /** Takes over what a store remembers of a task run, before anybody else sees this table. */
    void restore(int index, StoredTask stored) {
        TaskRun run = new TaskRun(this, index);
        run.restore(stored);
        runs.set(index, run);
        if (run.state().isFinal()) {
            closed(run.state());
        }
    }

    int size() {
        return runs.length();
    }

    TaskRun get(int index) {
        TaskRun run = runs.get(index);
        if (run == null) {
            TaskRun fresh = new TaskRun(this, index);
            run = runs.compareAndExchange(index, null, fresh);
            return run == null ? fresh : run;
        }
        return run;
    }

    /** Makes a task run that waits to be executed the caller's, who must execute it; null if it does not wait any more. */
    @Nullable
    TaskRun take(int index) {
        TaskRun fresh = new TaskRun(this, index);
        fresh.startUnseen();
        TaskRun known = runs.compareAndExchange(index, null, fresh);
        if (known == null) {
            return fresh;
        }
        return known.start() ? known : null;
    }

    /** Whether these are the elements of one mapped task. */
    boolean isOfElements() {
        return mappedTask != TASKS;
    }

    /** The ordinal of the task of a task run. */
    int task(int index) {
        return mappedTask == TASKS ? index : mappedTask;
    }

    /** The id of a task by its ordinal; not for elements. */
    String taskId(int task) {
        return ids[task];
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
        closed.increment();
    }

    boolean isAllFinal() {
        return closed.sum() == runs.length();
    }

    int finalCount() {
        return closed.sum();
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
