package etl.core;

import org.jspecify.annotations.Nullable;

/**
 * The code of a task that reads no other task's output. One instance may be executed by many threads at once when its
 * pipeline runs more than once at a time.
 *
 * @param <R> what the task returns
 */
@FunctionalInterface
public interface Task<R extends @Nullable Object> {
    /**
     * Does the work of one attempt.
     *
     * @param context the run, the arguments and the progress of this attempt
     * @return the output, which tasks downstream receive; it must be storable by the state store in use
     * @throws Exception any exception fails the attempt; the task's {@link RetryPolicy} decides what follows
     */
    R execute(TaskContext context) throws Exception;
}
