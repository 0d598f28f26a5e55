package etl.core.spi;

import etl.core.Pipeline;
import etl.core.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * Is called in place of the code of a pipeline's tasks and calls it, or does not: for traces, transactions and whatever
 * else belongs around every task, and in tests. Called by many threads at once.
 *
 * @see Pipeline#intercepted(TaskInterceptor)
 */
@FunctionalInterface
public interface TaskInterceptor {
    /**
     * Executes an attempt; of a mapped task, that of one element.
     *
     * @param context the attempt
     * @param task the task's code
     * @return what the code has returned, or something else of the task's output type
     * @throws Exception what the code has thrown, or another failure of the attempt
     */
    @Nullable
    Object execute(TaskContext context, Code task) throws Exception;

    /** The code of a task with its inputs. */
    @FunctionalInterface
    interface Code {
        /**
         * Executes the code on the calling thread.
         *
         * @return the output
         * @throws Exception if the code fails
         */
        @Nullable
        Object execute() throws Exception;
    }
}
