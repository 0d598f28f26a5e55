package etl.core;

import etl.core.spi.RowCounts;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the code of a {@link SingleTask} has ended. Immutable; the output belongs to the task's author.
 *
 * @param <R> the type of the output
 */
public final class TaskOutcome<R extends @Nullable Object> {
    private final String taskId;
    private final @Nullable Object output;
    private final @Nullable Throwable failure;
    private final RowCounts rows;
    private final Duration duration;

    TaskOutcome(
            String taskId, @Nullable Object output, @Nullable Throwable failure, RowCounts rows, Duration duration) {
        this.taskId = taskId;
        this.output = output;
        this.failure = failure;
        this.rows = rows;
        this.duration = duration;
    }

    /**
     * The task.
     *
     * @return its id
     */
    public String taskId() {
        return taskId;
    }

    /**
     * How the code has ended.
     *
     * @return SUCCEEDED, SKIPPED, or FAILED
     */
    public TaskState state() {
        if (failure == null) {
            return TaskState.SUCCEEDED;
        }
        return failure instanceof TaskSkippedException ? TaskState.SKIPPED : TaskState.FAILED;
    }

    /**
     * What the code has returned.
     *
     * @return the output
     * @throws IllegalStateException if it has not SUCCEEDED; the cause is what it has thrown
     */
    @SuppressWarnings({"unchecked", "NullAway"})
    public R output() {
        if (failure != null) {
            throw new IllegalStateException(this + "; there is no output", failure);
        }
        return (R) output;
    }

    /**
     * What the code has thrown.
     *
     * @return the exception, a {@link TaskSkippedException} if the task was SKIPPED; empty if it has SUCCEEDED
     */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Why the task has skipped itself.
     *
     * @return the reason, or empty if it is not SKIPPED
     */
    public Optional<String> skipReason() {
        return failure().filter(TaskSkippedException.class::isInstance).map(Throwable::getMessage);
    }

    /**
     * The rows that the code has counted.
     *
     * @return the counts
     */
    public RowCounts rows() {
        return rows;
    }

    /**
     * How long the code took.
     *
     * @return the time by the machine's clock
     */
    public Duration duration() {
        return duration;
    }

    @Override
    public String toString() {
        return "task '" + taskId + "' " + state()
                + (failure == null ? "" : ": " + failure.getClass().getName() + ": " + failure.getMessage());
    }
}
