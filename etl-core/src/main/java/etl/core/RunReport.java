package etl.core;

import etl.core.spi.ErrorInfo;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** How a run ended: its state, its tasks and their outputs. Immutable and safe for use by many threads. */
public final class RunReport {
    private final Pipeline pipeline;
    private final RunId id;
    private final RunState state;
    private final Duration duration;
    private final List<TaskReport> tasks;
    private final Optional<ErrorInfo> error;
    private final @Nullable Throwable failure;
    private final IntFunction<@Nullable Object> outputs;
    private final IntFunction<@Nullable Throwable> failures;
    private final IntFunction<List<TaskReport>> elements;

    RunReport(
            Pipeline pipeline,
            RunId id,
            RunState state,
            Duration duration,
            List<TaskReport> tasks,
            Optional<ErrorInfo> error,
            @Nullable Throwable failure,
            IntFunction<@Nullable Object> outputs,
            IntFunction<@Nullable Throwable> failures,
            IntFunction<List<TaskReport>> elements) {
        this.pipeline = pipeline;
        this.id = id;
        this.state = state;
        this.duration = duration;
        this.tasks = Collections.unmodifiableList(tasks);
        this.error = error;
        this.failure = failure;
        this.outputs = outputs;
        this.failures = failures;
        this.elements = elements;
    }

    /** The same report for somebody who has the same definition from another builder, and its task references. */
    RunReport of(Pipeline other) {
        return new RunReport(other, id, state, duration, tasks, error, failure, outputs, failures, elements);
    }

    /**
     * The run.
     *
     * @return its id
     */
    public RunId id() {
        return id;
    }

    /**
     * The pipeline that was run.
     *
     * @return its name
     */
    public String pipeline() {
        return pipeline.name();
    }

    /**
     * How the run ended.
     *
     * @return SUCCEEDED, FAILED or CANCELLED
     */
    public RunState state() {
        return state;
    }

    /**
     * How long the run took, since it was started or resumed.
     *
     * @return the time
     */
    public Duration duration() {
        return duration;
    }

    /**
     * The tasks in the order of their declaration.
     *
     * @return an unmodifiable list
     */
    public List<TaskReport> tasks() {
        return tasks;
    }

    /**
     * One task.
     *
     * @param task a task of the pipeline
     * @return how it ended
     * @throws IllegalArgumentException if the task belongs to another pipeline
     */
    public TaskReport task(TaskRef<?> task) {
        return tasks.get(pipeline.ordinal(task));
    }

    /**
     * The elements of a mapped task.
     *
     * @param task a task of the pipeline
     * @return how each element ended, in the order of their map indexes; empty if this execution did not run the task
     * @throws IllegalArgumentException if the task belongs to another pipeline
     */
    public List<TaskReport> elements(TaskRef<?> task) {
        return elements.apply(pipeline.ordinal(task));
    }

    /**
     * The groups of tasks.
     *
     * @return their names, each after those of the groups around it, in the order of their first tasks
     */
    public List<String> groups() {
        return List.copyOf(pipeline.groups().keySet());
    }

    /**
     * The tasks of a group.
     *
     * @param group one of the {@link #groups()}; the group of an included pipeline has the name of the inclusion
     * @return how each task in it, and in the groups within it, ended
     * @throws IllegalArgumentException if the pipeline has no such group
     */
    public List<TaskReport> group(String group) {
        List<String> ids = pipeline.groups().get(group);
        if (ids == null) {
            throw new IllegalArgumentException("pipeline '" + pipeline.name() + "' has no group '" + group
                    + "'; known: " + String.join(", ", groups()));
        }
        return ids.stream().map(id -> tasks.get(pipeline.ordinal(id))).toList();
    }

    /**
     * Why the run failed: the failure of the task that failed first.
     *
     * @return the error, or empty if the run did not fail
     */
    public Optional<ErrorInfo> error() {
        return error;
    }

    /**
     * The output of a task.
     *
     * @param task a task of the pipeline
     * @param <T> the type of the output
     * @return what the task returned
     * @throws IllegalArgumentException if the task belongs to another pipeline
     * @throws RunFailedException if the task did not succeed; its cause is the task's own exception
     */
    @SuppressWarnings("unchecked")
    public <T extends @Nullable Object> T output(TaskRef<T> task) {
        int ordinal = pipeline.ordinal(task);
        TaskReport report = tasks.get(ordinal);
        if (report.state() != TaskState.SUCCEEDED) {
            throw new RunFailedException(
                    "task '" + task.id() + "' of run " + id + " has no output: it is " + report.state()
                            + report.error().map(error -> " (" + error + ")").orElse(""),
                    this,
                    failures.apply(ordinal));
        }
        return (T) outputs.apply(ordinal);
    }

    /**
     * Makes a failure an exception.
     *
     * @return this report, if the run succeeded
     * @throws RunFailedException if it did not; its cause is the exception of the task that failed first
     */
    public RunReport orThrow() {
        if (state == RunState.SUCCEEDED) {
            return this;
        }
        String which = tasks.stream()
                .filter(task -> task.state() == TaskState.FAILED)
                .findFirst()
                .map(task -> ": task '" + task.id() + "' failed with "
                        + task.error().map(ErrorInfo::toString).orElse("an unknown error"))
                .orElse("");
        throw new RunFailedException(
                "run " + id + " of pipeline '" + pipeline.name() + "' " + state + which, this, failure);
    }

    @Override
    public String toString() {
        return "run " + id + " of pipeline '" + pipeline.name() + "' " + state + " after " + duration;
    }
}
