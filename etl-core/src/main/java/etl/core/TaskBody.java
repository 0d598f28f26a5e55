package etl.core;

import org.jspecify.annotations.Nullable;

/** A task's code with its inputs untyped; the typed builders make it, so the casts inside cannot fail. */
@FunctionalInterface
interface TaskBody {
    @Nullable
    Object execute(TaskContext context, Inputs inputs) throws Exception;

    /** Code that only throws. */
    static TaskBody failing(Throwable failure) {
        return (context, inputs) -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw failure instanceof Exception exception ? exception : new IllegalStateException(failure);
        };
    }

    /** The outputs of the tasks that are the inputs, in their order. */
    interface Inputs {
        int size();

        /** The output at a position, of the type that the builder of the task has made sure of. */
        @SuppressWarnings("TypeParameterUnusedInFormals")
        <T extends @Nullable Object> T get(int position);

        /** Where any task of the pipeline stands now. */
        TaskState state(int task);

        /** The output of a task that has SUCCEEDED. */
        @Nullable
        Object output(int task);
    }
}
