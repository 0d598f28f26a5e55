package etl.core;

import org.jspecify.annotations.Nullable;

/** Finds out a part of what the output of a cached task depends on. */
@FunctionalInterface
public interface CacheFunction {
    /**
     * The part as it is now. Called before the task is executed, perhaps without its being executed then, and again before
     * each further attempt; on a thread that may block. It is not interrupted by the task's timeout.
     *
     * @param context what the run gives the task
     * @return a value that the state store can compare: a plain value, a list, a map or a record; it is stored as a hash only
     * @throws Exception if it cannot be found out; the task fails as if its code had thrown it
     */
    @Nullable
    Object apply(CacheContext context) throws Exception;
}
