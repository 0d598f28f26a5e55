package etl.core.spi;

import etl.core.RunId;
import etl.core.TaskState;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task run reaches a new state; what a journal records. Made by the factory methods. Immutable; the output belongs to
 * the task's author.
 */
public final class TaskChange {
    /** The position of a task that is known by its id only. */
    public static final int NO_POSITION = -1;

    private final String taskId;
    private final int position;
    private final int mapIndex;
    private final int attempt;
    private final TaskState state;
    private final Instant at;
    private final RowCounts rows;
    private final @Nullable Object output;
    private final Type outputType;
    /** An error, or the run that computed an output that is reused: one field, since there are many changes. */
    private final @Nullable Object cause;

    private TaskChange(
            String taskId,
            int position,
            int mapIndex,
            int attempt,
            TaskState state,
            Instant at,
            RowCounts rows,
            @Nullable Object output,
            Type outputType,
            @Nullable Object cause) {
        this.taskId = taskId;
        this.position = position;
        this.mapIndex = mapIndex;
        this.attempt = attempt;
        this.state = state;
        this.at = at;
        this.rows = rows;
        this.output = output;
        this.outputType = outputType;
        this.cause = cause;
    }

    /**
     * An attempt begins: RUNNING.
     *
     * @param taskId the task
     * @param attempt 1 for the first attempt
     * @param at when
     * @return the change
     */
    public static TaskChange started(String taskId, int attempt, Instant at) {
        return new TaskChange(
                taskId,
                NO_POSITION,
                StoredTask.NOT_MAPPED,
                attempt,
                TaskState.RUNNING,
                at,
                RowCounts.NONE,
                null,
                Void.class,
                null);
    }

    /**
     * An attempt has returned: SUCCEEDED.
     *
     * @param taskId the task
     * @param attempt the attempt
     * @param at when
     * @param rows the rows it counted
     * @param output what it returned
     * @param outputType the declared type of the output
     * @return the change
     */
    public static TaskChange succeeded(
            String taskId, int attempt, Instant at, RowCounts rows, @Nullable Object output, Type outputType) {
        return new TaskChange(
                taskId,
                NO_POSITION,
                StoredTask.NOT_MAPPED,
                attempt,
                TaskState.SUCCEEDED,
                at,
                rows,
                output,
                outputType,
                null);
    }

    /**
     * An attempt of a task of known position begins: RUNNING.
     *
     * @param taskId the task
     * @param position its {@link #position()}
     * @param attempt 1 for the first attempt
     * @param at when
     * @return the change
     */
    public static TaskChange started(String taskId, int position, int attempt, Instant at) {
        return new TaskChange(
                taskId,
                position,
                StoredTask.NOT_MAPPED,
                attempt,
                TaskState.RUNNING,
                at,
                RowCounts.NONE,
                null,
                Void.class,
                null);
    }

    /**
     * An attempt of a task of known position has returned: SUCCEEDED.
     *
     * @param taskId the task
     * @param position its {@link #position()}
     * @param attempt the attempt
     * @param at when
     * @param rows the rows it counted
     * @param output what it returned
     * @param outputType the declared type of the output
     * @return the change
     */
    public static TaskChange succeeded(
            String taskId,
            int position,
            int attempt,
            Instant at,
            RowCounts rows,
            @Nullable Object output,
            Type outputType) {
        return new TaskChange(
                taskId,
                position,
                StoredTask.NOT_MAPPED,
                attempt,
                TaskState.SUCCEEDED,
                at,
                rows,
                output,
                outputType,
                null);
    }

    /**
     * The output is reused instead of executing another attempt: SUCCEEDED, from any state in which an attempt could begin.
     *
     * @param taskId the task
     * @param attempts the attempts it has had, 0 if none; one that is RUNNING in the store has crashed
     * @param at when
     * @param output what another run has computed
     * @param outputType the declared type of the output
     * @param computedBy that run
     * @return the change
     */
    public static TaskChange cached(
            String taskId, int attempts, Instant at, @Nullable Object output, Type outputType, RunId computedBy) {
        return new TaskChange(
                taskId,
                NO_POSITION,
                StoredTask.NOT_MAPPED,
                attempts,
                TaskState.SUCCEEDED,
                at,
                RowCounts.NONE,
                output,
                outputType,
                computedBy);
    }

    /**
     * An attempt has failed: RETRYING, FAILED or CANCELLED.
     *
     * @param taskId the task
     * @param attempt the attempt
     * @param state RETRYING if another attempt follows, else the final state
     * @param at when
     * @param rows the rows it counted
     * @param error why
     * @return the change
     */
    public static TaskChange failed(
            String taskId, int attempt, TaskState state, Instant at, RowCounts rows, ErrorInfo error) {
        return new TaskChange(
                taskId, NO_POSITION, StoredTask.NOT_MAPPED, attempt, state, at, rows, null, Void.class, error);
    }

    /**
     * An attempt has found nothing to do: SKIPPED.
     *
     * @param taskId the task
     * @param attempt the attempt
     * @param at when
     * @param rows the rows it counted
     * @param reason why, as an error
     * @return the change
     */
    public static TaskChange skipped(String taskId, int attempt, Instant at, RowCounts rows, ErrorInfo reason) {
        return new TaskChange(
                taskId,
                NO_POSITION,
                StoredTask.NOT_MAPPED,
                attempt,
                TaskState.SKIPPED,
                at,
                rows,
                null,
                Void.class,
                reason);
    }

    /**
     * A task ends without a further attempt: UPSTREAM_FAILED, CANCELLED or SKIPPED.
     *
     * @param taskId the task
     * @param attempt the attempts it has had, 0 if none
     * @param state the final state
     * @param at when
     * @return the change
     */
    public static TaskChange ended(String taskId, int attempt, TaskState state, Instant at) {
        return new TaskChange(
                taskId, NO_POSITION, StoredTask.NOT_MAPPED, attempt, state, at, RowCounts.NONE, null, Void.class, null);
    }

    /**
     * The same change with the task's position.
     *
     * @param newPosition the {@link #position()}
     * @return the change
     */
    public TaskChange at(int newPosition) {
        return new TaskChange(taskId, newPosition, mapIndex, attempt, state, at, rows, output, outputType, cause);
    }

    /**
     * Where the task stands in its pipeline: a hint by which a store may find the task run sooner than by the id. All
     * changes of one run that have a position have the same one for the same task.
     *
     * @return the task's place in the order of declaration, from 0, or {@link #NO_POSITION}
     */
    public int position() {
        return position;
    }

    /**
     * An operator has given the task its final state: SUCCEEDED, SKIPPED or FAILED.
     *
     * @param taskId the task
     * @param attempt one more than the attempts it has had
     * @param state the final state
     * @param at when
     * @param output what the task would have returned, if it is to have SUCCEEDED
     * @param outputType the declared type of the output
     * @param reason who and why, as an error
     * @return the change
     */
    public static TaskChange marked(
            String taskId,
            int attempt,
            TaskState state,
            Instant at,
            @Nullable Object output,
            Type outputType,
            ErrorInfo reason) {
        return new TaskChange(
                taskId,
                NO_POSITION,
                StoredTask.NOT_MAPPED,
                attempt,
                state,
                at,
                RowCounts.NONE,
                output,
                outputType,
                reason);
    }

    /**
     * The same change for one element of a mapped task.
     *
     * @param index the element's index, from 0
     * @return the change
     */
    public TaskChange ofElement(int index) {
        return new TaskChange(taskId, position, index, attempt, state, at, rows, output, outputType, cause);
    }

    /**
     * The element of a mapped task.
     *
     * @return its index, or {@link StoredTask#NOT_MAPPED}
     */
    public int mapIndex() {
        return mapIndex;
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
     * The attempt that the change is about.
     *
     * @return its number, 0 for a task that was never attempted
     */
    public int attempt() {
        return attempt;
    }

    /**
     * The new state.
     *
     * @return the state
     */
    public TaskState state() {
        return state;
    }

    /**
     * When the task reached the state.
     *
     * @return the time by the runner's clock
     */
    public Instant at() {
        return at;
    }

    /**
     * The rows that the attempt counted.
     *
     * @return the counts, {@link RowCounts#NONE} unless an attempt has ended
     */
    public RowCounts rows() {
        return rows;
    }

    /**
     * What the task returned.
     *
     * @return the output of a task that SUCCEEDED, else null
     */
    public @Nullable Object output() {
        return output;
    }

    /**
     * The declared type of the output.
     *
     * @return the type
     */
    public Type outputType() {
        return outputType;
    }

    /**
     * Why the attempt failed or skipped its task, or why an operator has marked it.
     *
     * @return the error or reason, or empty
     */
    public Optional<ErrorInfo> error() {
        return cause instanceof ErrorInfo error ? Optional.of(error) : Optional.empty();
    }

    /**
     * Whether the output was reused, and no attempt was executed for it.
     *
     * @return the run that computed the output, or empty
     */
    public Optional<RunId> cachedFrom() {
        return cause instanceof RunId run ? Optional.of(run) : Optional.empty();
    }
}
