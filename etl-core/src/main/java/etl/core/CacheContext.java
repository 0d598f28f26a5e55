package etl.core;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a run gives a task, as far as its output may depend on it. Safe for use by many threads. */
public interface CacheContext {
    /**
     * The argument of a parameter, or its default.
     *
     * @param parameter a parameter of the task's pipeline
     * @param <T> the parameter's type
     * @return the value
     * @throws IllegalArgumentException if the parameter belongs to another pipeline
     */
    <T extends @Nullable Object> T get(Parameter<T> parameter);

    /**
     * The stretch of time whose data the run works on.
     *
     * @return the interval, or empty for a run without one
     */
    Optional<DataInterval> dataInterval();

    /**
     * Where an upstream task stands.
     *
     * @param upstream a direct upstream task of the task
     * @return its state
     * @throws IllegalArgumentException if it is not a direct upstream task of the task
     */
    TaskState state(TaskRef<?> upstream);

    /**
     * The output of an upstream task, if it has succeeded.
     *
     * @param upstream a direct upstream task of the task
     * @param <T> the type of its output
     * @return the output, or empty if the task is not {@link TaskState#SUCCEEDED} or returned null
     * @throws IllegalArgumentException if it is not a direct upstream task of the task
     */
    <T> Optional<T> output(TaskRef<T> upstream);
}
