package etl.core;

import org.jspecify.annotations.Nullable;

/**
 * The code of a task that reads the outputs of three other tasks. See {@link Task} for threads and failures.
 *
 * @param <A> the first input
 * @param <B> the second input
 * @param <C> the third input
 * @param <R> what the task returns
 */
@FunctionalInterface
public interface Task3<
        A extends @Nullable Object,
        B extends @Nullable Object,
        C extends @Nullable Object,
        R extends @Nullable Object> {
    /**
     * Does the work of one attempt.
     *
     * @param context the run, the arguments and the progress of this attempt
     * @param first the output of the first upstream task
     * @param second the output of the second upstream task
     * @param third the output of the third upstream task
     * @return the output, which tasks downstream receive
     * @throws Exception any exception fails the attempt
     */
    R execute(TaskContext context, A first, B second, C third) throws Exception;
}
