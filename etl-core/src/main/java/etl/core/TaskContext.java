package etl.core;

import etl.core.spi.AttemptRecord;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a task knows of the attempt it runs in. Safe for use by many threads, so that a task may use threads of its own.
 */
public interface TaskContext {
    /**
     * The run this attempt belongs to.
     *
     * @return the run's id
     */
    RunId runId();

    /**
     * The name of the pipeline that runs, also for a task of a pipeline that is included in it.
     *
     * @return the name
     */
    String pipeline();

    /**
     * The stretch of time whose data this run works on. A scheduled run has one, and so has a run that was started with
     * {@link RunOptions#dataInterval(DataInterval)}; a resumed run has the one with which it began.
     *
     * @return the interval, or empty for a run without one
     */
    Optional<DataInterval> dataInterval();

    /**
     * The task's id.
     *
     * @return the id
     */
    String taskId();

    /**
     * Which element of a mapped task this is.
     *
     * @return the element's index from 0, or empty for any other task
     */
    OptionalInt mapIndex();

    /**
     * Which attempt this is.
     *
     * @return 1 for the first one
     */
    int attempt();

    /**
     * The argument of a parameter, or its default.
     *
     * @param parameter a parameter of the pipeline that declares the task
     * @param <T> the parameter's type
     * @return the value
     * @throws IllegalArgumentException if the parameter belongs to another pipeline
     */
    <T extends @Nullable Object> T get(Parameter<T> parameter);

    /**
     * Where an upstream task of this one stands: for a task whose {@link TriggerRule} lets it start after failures, after
     * skips, or before all have ended.
     *
     * @param upstream a direct upstream task of this task
     * @return its state
     * @throws IllegalArgumentException if it is not a direct upstream task of this task
     */
    TaskState state(TaskRef<?> upstream);

    /**
     * The output of an upstream task, if it has succeeded.
     *
     * @param upstream a direct upstream task of this task
     * @param <T> the type of its output
     * @return the output, or empty if the task is not {@link TaskState#SUCCEEDED} or returned null
     * @throws IllegalArgumentException if it is not a direct upstream task of this task
     */
    <T> Optional<T> output(TaskRef<T> upstream);

    /**
     * Reports how far the attempt has come; listeners receive it at once.
     *
     * @param done how much is done
     * @param total how much there is in all, or a negative number if that is not known
     */
    void progress(long done, long total);

    /**
     * Counts rows that were read.
     *
     * @param rows how many more
     */
    void rowsRead(long rows);

    /**
     * Counts rows that were written.
     *
     * @param rows how many more
     */
    void rowsWritten(long rows);

    /**
     * Counts rows that were rejected.
     *
     * @param rows how many more
     */
    void rowsRejected(long rows);

    /**
     * Whether this attempt should end early, because the run is being cancelled or stopped or the attempt has timed out.
     *
     * @return true once the attempt has been interrupted
     */
    boolean isCancelled();

    /**
     * Ends the attempt if it should end early.
     *
     * @throws TaskCancelledException if {@link #isCancelled()}
     */
    void checkCancelled();

    /**
     * What is recorded of this attempt: for stores that record the attempt's success together with what its code has written.
     * The code of a task does not need it.
     *
     * @return the record
     * @throws UnsupportedOperationException if this is not the context of an attempt that a runner executes; the default
     */
    default AttemptRecord attemptRecord() {
        throw new UnsupportedOperationException(
                "nothing is recorded of task '" + taskId() + "': its context was not made by a runner");
    }
}
