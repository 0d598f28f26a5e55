package etl.core.spi;

import etl.core.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded of an attempt that is being executed, for a store that records its success itself, in one transaction
 * with what the task's code has written. Safe for use by many threads.
 *
 * @see TaskContext#attemptRecord()
 */
public interface AttemptRecord {
    /**
     * The start of the attempt. The runner has handed the same change to the {@link RunJournal}, which may not have stored it
     * yet.
     *
     * @return the change to RUNNING
     */
    TaskChange started();

    /**
     * The success of the attempt, if it ended now: with the rows counted so far, by the runner's clock.
     *
     * @param output what the task returns; it counts as null for a task that is declared without an output
     * @return the change to SUCCEEDED
     */
    TaskChange succeeded(@Nullable Object output);

    /**
     * Says that the success is durable. The task has SUCCEEDED with that output then, whatever its code goes on to do: it may
     * return something else, fail, exceed its timeout or be cancelled, which is logged as a warning and otherwise ignored. The
     * runner does not write the change to the journal again.
     *
     * @param success a change made by {@link #succeeded}, stored after {@link #started()}
     * @throws IllegalStateException if the attempt has been recorded before
     */
    void recorded(TaskChange success);

    /**
     * Whether the success is durable.
     *
     * @return true once {@link #recorded} has been called
     */
    boolean isRecorded();
}
