package etl.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The final state that an operator gives to a task of a run that has ended, with who and why; for {@link RunControl#mark}.
 * Immutable and safe for use by many threads.
 */
public final class Mark {
    private final String taskId;
    private final TaskState state;
    private final boolean withOutput;
    private final @Nullable Object output;
    private final String who;
    private final String reason;

    private Mark(
            String taskId, TaskState state, boolean withOutput, @Nullable Object output, String who, String reason) {
        this.taskId = Objects.requireNonNull(taskId, "taskId");
        this.state = state;
        this.withOutput = withOutput;
        this.output = output;
        this.who = who;
        this.reason = reason;
    }

    private static Mark of(String taskId, TaskState state) {
        return new Mark(taskId, state, false, null, System.getProperty("user.name", "unknown"), "");
    }

    /**
     * SUCCEEDED, for a task without an output. Of a mapped task this accepts the elements as they are: its output is that of
     * the elements that have succeeded.
     *
     * @param task a task of the pipeline
     * @return the mark
     */
    public static Mark succeeded(TaskRef<?> task) {
        return succeeded(task.id());
    }

    /**
     * SUCCEEDED, for a task without an output or a mapped one.
     *
     * @param taskId the id of a task of the pipeline
     * @return the mark
     */
    public static Mark succeeded(String taskId) {
        return of(taskId, TaskState.SUCCEEDED);
    }

    /**
     * SUCCEEDED with an output, which the tasks below it read.
     *
     * @param task a task of the pipeline that is not mapped
     * @param output what it would have returned
     * @param <T> the type of the output
     * @return the mark
     */
    public static <T extends @Nullable Object> Mark succeeded(TaskRef<T> task, T output) {
        return succeeded(task.id(), output);
    }

    /**
     * SUCCEEDED with an output, whose type is checked when the mark is set.
     *
     * @param taskId the id of a task of the pipeline that is not mapped
     * @param output what it would have returned
     * @return the mark
     */
    public static Mark succeeded(String taskId, @Nullable Object output) {
        return new Mark(taskId, TaskState.SUCCEEDED, true, output, of(taskId, TaskState.SUCCEEDED).who, "");
    }

    /**
     * SKIPPED: a resume does not execute the task, and what is below it follows its trigger rule.
     *
     * @param task a task of the pipeline
     * @return the mark
     */
    public static Mark skipped(TaskRef<?> task) {
        return skipped(task.id());
    }

    /**
     * SKIPPED: a resume does not execute the task, and what is below it follows its trigger rule.
     *
     * @param taskId the id of a task of the pipeline
     * @return the mark
     */
    public static Mark skipped(String taskId) {
        return of(taskId, TaskState.SKIPPED);
    }

    /**
     * FAILED: a resume executes the task again.
     *
     * @param task a task of the pipeline
     * @return the mark
     */
    public static Mark failed(TaskRef<?> task) {
        return failed(task.id());
    }

    /**
     * FAILED: a resume executes the task again.
     *
     * @param taskId the id of a task of the pipeline
     * @return the mark
     */
    public static Mark failed(String taskId) {
        return of(taskId, TaskState.FAILED);
    }

    /**
     * Says who sets the mark.
     *
     * @param name a name; default: the user of the process
     * @return a copy with this name
     */
    public Mark by(String name) {
        return new Mark(taskId, state, withOutput, output, Objects.requireNonNull(name, "name"), reason);
    }

    /**
     * Says why.
     *
     * @param why the reason; default none
     * @return a copy with this reason
     */
    public Mark because(String why) {
        return new Mark(taskId, state, withOutput, output, who, Objects.requireNonNull(why, "reason"));
    }

    String taskId() {
        return taskId;
    }

    TaskState state() {
        return state;
    }

    boolean hasOutput() {
        return withOutput;
    }

    @Nullable
    Object output() {
        return output;
    }

    /** What is kept as the attempt's error. */
    String message() {
        return "marked " + state + " by " + who + (reason.isEmpty() ? "" : ": " + reason);
    }

    @Override
    public String toString() {
        return "task '" + taskId + "' " + message();
    }
}
