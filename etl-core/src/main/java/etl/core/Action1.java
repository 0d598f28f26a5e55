package etl.core;

import org.jspecify.annotations.Nullable;

/**
 * The code of a task that reads the outputs of one other task and returns nothing. See {@link Task} for threads and
 * failures.
 *
 * @param <A> the first input
 */
@FunctionalInterface
public interface Action1<A extends @Nullable Object> {
    /**
     * Does the work of one attempt.
     *
     * @param context the run, the arguments and the progress of this attempt
     * @param first the output of the first upstream task
     * @throws Exception any exception fails the attempt
     */
    void execute(TaskContext context, A first) throws Exception;
}
