package etl.core.spi;

import etl.core.RunState;
import etl.core.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Is told what happens in runs. Methods are called on the threads of the runner, the ones about one task run in order,
 * those about different task runs at the same time: implementations are thread-safe, short, and do not block. An exception
 * is logged and changes nothing in the run.
 */
public interface RunListener {
    /** Does nothing. */
    RunListener NONE = new RunListener() {};

    /**
     * A run begins, anew or resumed.
     *
     * @param event what happened
     */
    default void onRunStarted(RunStarted event) {}

    /**
     * An attempt begins.
     *
     * @param event what happened
     */
    default void onTaskStarted(TaskStarted event) {}

    /**
     * An attempt reports its progress.
     *
     * @param event what happened
     */
    default void onTaskProgress(TaskProgress event) {}

    /**
     * An attempt has failed and another one follows.
     *
     * @param event what happened
     */
    default void onTaskRetrying(TaskRetrying event) {}

    /**
     * A task run has reached its final state, and that is stored.
     *
     * @param event what happened
     */
    default void onTaskEnded(TaskEnded event) {}

    /**
     * A run has reached its final state.
     *
     * @param event what happened
     */
    default void onRunEnded(RunEnded event) {}

    /**
     * A run begins.
     *
     * @param run the run
     * @param at when
     * @param tasks how many tasks it has
     * @param done how many of them had ended before, in a run that is resumed
     */
    record RunStarted(RunInfo run, Instant at, int tasks, int done) {}

    /**
     * An attempt begins.
     *
     * @param run the run
     * @param taskId the task
     * @param mapIndex the element of a mapped task, or {@link StoredTask#NOT_MAPPED}
     * @param attempt 1 for the first one
     * @param at when
     */
    record TaskStarted(RunInfo run, String taskId, int mapIndex, int attempt, Instant at) {}

    /**
     * An attempt reports its progress.
     *
     * @param run the run
     * @param taskId the task
     * @param mapIndex the element of a mapped task, or {@link StoredTask#NOT_MAPPED}
     * @param done how much is done
     * @param total how much there is in all, negative if unknown
     */
    record TaskProgress(RunInfo run, String taskId, int mapIndex, long done, long total) {}

    /**
     * An attempt has failed and another one follows.
     *
     * @param run the run
     * @param taskId the task
     * @param mapIndex the element of a mapped task, or {@link StoredTask#NOT_MAPPED}
     * @param attempt the attempt that failed
     * @param error why
     * @param delay the wait before the next attempt
     */
    record TaskRetrying(RunInfo run, String taskId, int mapIndex, int attempt, ErrorInfo error, Duration delay) {}

    /**
     * A task run has reached its final state: a task, an element of a mapped task, or a mapped task as a whole (attempt 0).
     *
     * @param run the run
     * @param taskId the task
     * @param mapIndex the element of a mapped task, or {@link StoredTask#NOT_MAPPED}
     * @param attempt how often it was attempted, 0 if never
     * @param state the final state
     * @param duration how long the last attempt took, zero if there was none
     * @param rows the rows that the last attempt counted
     * @param error why it failed, or empty
     */
    record TaskEnded(
            RunInfo run,
            String taskId,
            int mapIndex,
            int attempt,
            TaskState state,
            Duration duration,
            RowCounts rows,
            Optional<ErrorInfo> error) {}

    /**
     * A run has reached its final state.
     *
     * @param run the run
     * @param state the final state
     * @param duration from its start, or from its resumption, to now
     * @param error why it failed, or empty
     */
    record RunEnded(RunInfo run, RunState state, Duration duration, Optional<ErrorInfo> error) {}
}
