package etl.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What every task can be told before its inputs and its code. Not safe for use by many threads.
 *
 * <p>Defaults: no description, one attempt, no timeout, no upstream tasks but the inputs.
 *
 * @param <S> the builder itself
 */
public abstract class TaskOptions<S extends TaskOptions<S>> {
    final PipelineBuilder pipeline;
    final String id;
    private final List<Dependency> upstream = new ArrayList<>();
    private String description = "";
    private RetryPolicy retry = RetryPolicy.none();
    private Optional<Duration> timeout = Optional.empty();

    TaskOptions(PipelineBuilder pipeline, String id) {
        this.pipeline = pipeline;
        this.id = Objects.requireNonNull(id, "id");
    }

    abstract S self();

    /**
     * Says what the task does.
     *
     * @param newDescription one line for people
     * @return this builder
     */
    public S describedAs(String newDescription) {
        description = Objects.requireNonNull(newDescription, "description");
        return self();
    }

    /**
     * Says what happens when an attempt fails.
     *
     * @param policy the policy; default {@link RetryPolicy#none()}
     * @return this builder
     */
    public S retry(RetryPolicy policy) {
        retry = Objects.requireNonNull(policy, "policy");
        return self();
    }

    /**
     * Limits each attempt: when the time is over the attempt's thread is interrupted and the attempt has failed with a
     * {@link TaskTimeoutException}, which the retry policy sees like any other failure.
     *
     * @param perAttempt the longest time of one attempt, positive; default no limit
     * @return this builder
     * @throws IllegalArgumentException if the time is not positive
     */
    public S timeout(Duration perAttempt) {
        timeout = Optional.of(Checks.positive(perAttempt, "timeout"));
        return self();
    }

    /**
     * Starts the task only after these have succeeded, without reading their outputs.
     *
     * @param tasks tasks of the same pipeline
     * @return this builder
     */
    public S after(TaskRef<?>... tasks) {
        for (TaskRef<?> task : tasks) {
            upstream.add(Dependency.on(task));
        }
        return self();
    }

    /**
     * Starts the task only after these have succeeded; they may be declared later.
     *
     * @param taskIds ids of tasks of the same pipeline
     * @return this builder
     */
    public S after(String... taskIds) {
        for (String taskId : taskIds) {
            upstream.add(Dependency.on(taskId));
        }
        return self();
    }

    TaskDeclaration declare(java.lang.reflect.Type outputType, List<TaskRef<?>> inputs, TaskBody body) {
        List<Dependency> all = new ArrayList<>();
        inputs.forEach(input -> all.add(Dependency.on(input)));
        all.addAll(upstream);
        return new TaskDeclaration(id, description, retry, timeout, outputType, List.copyOf(inputs), all, body);
    }
}
