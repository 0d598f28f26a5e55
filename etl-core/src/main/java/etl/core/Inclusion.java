package etl.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline as a part of another one: each of its tasks becomes a task of the outer pipeline, in a group of the
 * inclusion's name. Its id is that name, two hyphens and the id it had: {@code clean--parse}.
 *
 * <p>The included pipeline starts when all tasks that are named in {@link #after} or whose outputs are bound to parameters
 * have succeeded; until then none of its tasks starts, whatever its trigger rule. Within it everything keeps its meaning: a
 * task that runs finally starts when all other tasks of the included pipeline have ended. Times of an
 * {@linkplain TaskOptions#sla SLA} count from the start of the included pipeline.
 *
 * <p>Each parameter without a default must be bound. A value is checked when the outer pipeline is built, the argument of an
 * outer parameter when a run is asked for, and the output of a task when it is there: if it does not satisfy the
 * constraints, the tasks of the included pipeline fail without another attempt.
 *
 * <p>Faults are reported by {@link PipelineBuilder#build()}. Not safe for use by many threads.
 */
public final class Inclusion implements Declared {
    private final PipelineBuilder outer;
    private final String name;
    private final Pipeline pipeline;
    private final List<Bound> bound = new ArrayList<>();
    private final List<Dependency> after = new ArrayList<>();
    private Optional<String> group = Optional.empty();
    private boolean hasEnd;

    /** What a parameter is bound to, and the pipeline of which that is a part. */
    record Bound(Parameter<?> parameter, Binding binding, PipelineBuilder owner) {}

    Inclusion(PipelineBuilder outer, String name, Pipeline pipeline) {
        this.outer = outer;
        this.name = Objects.requireNonNull(name, "name");
        this.pipeline = Objects.requireNonNull(pipeline, "pipeline");
    }

    /**
     * Gives a parameter of the included pipeline a value.
     *
     * @param parameter a parameter of the included pipeline
     * @param value its value
     * @param <T> the type of the value
     * @return this inclusion
     */
    public <T> Inclusion with(Parameter<T> parameter, T value) {
        Objects.requireNonNull(value, "value");
        Object copy = parameter.type().accept(value, ArgumentFaults.none());
        bound.add(new Bound(parameter, new Binding.Value(copy == null ? value : copy), outer));
        return this;
    }

    /**
     * Gives a parameter of the included pipeline the argument of a parameter of the outer one.
     *
     * @param parameter a parameter of the included pipeline
     * @param source a parameter of the outer pipeline
     * @param <T> the type of the values
     * @return this inclusion
     */
    public <T> Inclusion with(Parameter<T> parameter, Parameter<T> source) {
        bound.add(new Bound(parameter, new Binding.OfParameter(source), source.owner()));
        return this;
    }

    /**
     * Gives a parameter of the included pipeline the output of a task of the outer one, which has to succeed first.
     *
     * @param parameter a parameter of the included pipeline
     * @param source a task of the outer pipeline
     * @param <T> the type of the values
     * @return this inclusion
     */
    public <T> Inclusion with(Parameter<T> parameter, TaskRef<? extends T> source) {
        List<Binding.Check> checks = List.of(new Binding.Check(name, parameter));
        bound.add(new Bound(parameter, new Binding.OfOutput(source.id(), checks), source.owner()));
        return this;
    }

    /**
     * Starts the included pipeline only after these have succeeded.
     *
     * @param tasks tasks of the outer pipeline
     * @return this inclusion
     */
    public Inclusion after(TaskRef<?>... tasks) {
        for (TaskRef<?> task : tasks) {
            after.add(Dependency.on(task));
        }
        return this;
    }

    /**
     * Starts the included pipeline only after these have succeeded; they may be declared later.
     *
     * @param taskIds ids of tasks of the outer pipeline
     * @return this inclusion
     */
    public Inclusion after(String... taskIds) {
        for (String taskId : taskIds) {
            after.add(Dependency.on(taskId));
        }
        return this;
    }

    /**
     * Starts the included pipeline only after other ones have succeeded as a whole.
     *
     * @param inclusions inclusions in the outer pipeline
     * @return this inclusion
     */
    public Inclusion after(Inclusion... inclusions) {
        for (Inclusion inclusion : inclusions) {
            after.add(Dependency.on(inclusion.end()));
        }
        return this;
    }

    /**
     * Puts the group of the inclusion's name into another one.
     *
     * @param path names of groups as of {@link TaskOptions#group}; default: the group is in no other
     * @return this inclusion
     */
    public Inclusion group(String path) {
        group = Optional.of(path);
        return this;
    }

    /**
     * A task of the included pipeline, as what it is in the outer one.
     *
     * @param task a task of the included pipeline
     * @param <T> the type of its output
     * @return the reference that other tasks of the outer pipeline and the report use
     * @throws IllegalArgumentException if it is no task of the included pipeline
     */
    public <T extends @Nullable Object> TaskRef<T> output(TaskRef<T> task) {
        String id = pipeline.task(pipeline.ordinal(task)).id();
        return new TaskRef<>(outer, taskId(id), task.type());
    }

    /**
     * The end of the included pipeline as a whole: a task, of the inclusion's name, that does nothing. It waits until every
     * task of the included pipeline has ended. If one of them has failed it is {@link TaskState#UPSTREAM_FAILED}; if the
     * last ones, apart from those that clean up, were all skipped it is {@link TaskState#SKIPPED}; else it succeeds.
     *
     * @return the reference that other tasks of the outer pipeline use
     */
    public TaskRef<@Nullable Void> end() {
        hasEnd = true;
        return new TaskRef<>(outer, name, Void.class);
    }

    String name() {
        return name;
    }

    Pipeline pipeline() {
        return pipeline;
    }

    /** The id that a task of the included pipeline has in the outer one. */
    String taskId(String innerId) {
        return name + Scope.BETWEEN_IDS + innerId;
    }

    List<Bound> bound() {
        return bound;
    }

    List<Dependency> after() {
        return after;
    }

    /** The group that all tasks of the included pipeline are in. */
    String path() {
        return group.map(outside -> outside + "/").orElse("") + name;
    }

    boolean hasEnd() {
        return hasEnd;
    }
}
