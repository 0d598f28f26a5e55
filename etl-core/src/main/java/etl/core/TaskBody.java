package etl.core;

import org.jspecify.annotations.Nullable;

/** A task's code with its inputs untyped; the typed builders make it, so the casts inside cannot fail. */
@FunctionalInterface
interface TaskBody {
    @Nullable
    Object execute(TaskContext context, Inputs inputs) throws Exception;

    /** The outputs of the tasks that are the inputs, in their order. */
    interface Inputs {
        int size();

        @Nullable
        Object get(int position);
    }
}
