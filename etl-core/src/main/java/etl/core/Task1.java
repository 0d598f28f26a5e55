package etl.core;

import org.jspecify.annotations.Nullable;

/**
 * The code of a task that reads the outputs of one other task. See {@link Task} for threads and failures.
 *
 * @param <A> the first input
 * @param <R> what the task returns
 */
@FunctionalInterface
public interface Task1<A extends @Nullable Object, R extends @Nullable Object> {
    /**
     * Does the work of one attempt.
     *
     * @param context the run, the arguments and the progress of this attempt
     * @param first the output of the first upstream task
     * @return the output, which tasks downstream receive
     * @throws Exception any exception fails the attempt
     */
    R execute(TaskContext context, A first) throws Exception;
}
