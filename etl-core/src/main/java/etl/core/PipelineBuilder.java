package etl.core;

import etl.core.spi.RunListener.RunEnded;
import etl.core.spi.RunListener.SlaMissed;
import etl.core.spi.RunListener.TaskEnded;
import etl.core.spi.RunListener.TaskRetrying;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Declares a pipeline: its parameters and its tasks. {@link #build()} checks the whole and may be called more than once;
 * later declarations do not change a pipeline that was built before. Not safe for use by many threads.
 */
public final class PipelineBuilder {
    private final String name;
    private final List<Parameter<?>> parameters = new ArrayList<>();
    private final List<Declared> declared = new ArrayList<>();
    private List<TaskBody> code = new ArrayList<>();
    private final Scope scope;
    private final HooksDeclaration hooks = new HooksDeclaration();
    private String description = "";
    private OptionalInt parallelism = OptionalInt.empty();
    private Optional<Duration> deadline = Optional.empty();
    private Optional<Schedule> schedule = Optional.empty();

    PipelineBuilder(String name) {
        this.name = Objects.requireNonNull(name, "name");
        this.scope = Scope.of(this, name);
    }

    /**
     * Says what the pipeline does.
     *
     * @param newDescription one line for people
     * @return this builder
     */
    public PipelineBuilder describedAs(String newDescription) {
        description = Objects.requireNonNull(newDescription, "description");
        return this;
    }

    /**
     * Limits how many tasks of one run are executed at once, on this machine as on an engine.
     *
     * @param tasksAtOnce at least 1; default: the limit of the {@link EtlBuilder#parallelism orchestrator}
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 1
     */
    public PipelineBuilder parallelism(int tasksAtOnce) {
        parallelism = OptionalInt.of(Checks.atLeastOne(tasksAtOnce, "parallelism"));
        return this;
    }

    /**
     * Limits the time of a run: when it is over the run is cancelled and has FAILED with a {@link RunDeadlineException}.
     * Tasks that clean up ({@link TaskOptions#teardownOf}, {@link TaskOptions#runsFinally}) still have their turn. A resumed
     * run has the whole time again.
     *
     * @param limit the longest time, positive; default no limit
     * @return this builder
     * @throws IllegalArgumentException if the time is not positive
     */
    public PipelineBuilder deadline(Duration limit) {
        deadline = Optional.of(Checks.positive(limit, "deadline"));
        return this;
    }

    /**
     * Says when the pipeline runs. By itself that starts nothing: a scheduler keeps it, or an engine.
     *
     * @param when the schedule; default none
     * @return this builder
     */
    public PipelineBuilder schedule(Schedule when) {
        schedule = Optional.of(when);
        return this;
    }

    /**
     * Says when a run should have ended. If it has not, it goes on, and {@link #onSlaMiss} and the listeners are told.
     *
     * @param sinceRunStart the time from the start, or the resumption, of the run to its end, positive; default no SLA
     * @return this builder
     * @throws IllegalArgumentException if the time is not positive
     */
    public PipelineBuilder sla(Duration sinceRunStart) {
        hooks.sla(sinceRunStart);
        return this;
    }

    /**
     * Adds a callback for each run that has SUCCEEDED. Callbacks are called as {@link TaskOptions} says.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public PipelineBuilder onSuccess(Consumer<? super RunEnded> callback) {
        hooks.add(Hooks.Point.SUCCESS, RunEnded.class, callback);
        return this;
    }

    /**
     * Adds a callback for each run that has FAILED.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public PipelineBuilder onFailure(Consumer<? super RunEnded> callback) {
        hooks.add(Hooks.Point.FAILURE, RunEnded.class, callback);
        return this;
    }

    /**
     * Adds a callback for each attempt, of any task, that has failed and is followed by another one.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public PipelineBuilder onRetry(Consumer<? super TaskRetrying> callback) {
        hooks.add(Hooks.Point.RETRY, TaskRetrying.class, callback);
        return this;
    }

    /**
     * Adds a callback for each task that was SKIPPED.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public PipelineBuilder onSkip(Consumer<? super TaskEnded> callback) {
        hooks.add(Hooks.Point.SKIP, TaskEnded.class, callback);
        return this;
    }

    /**
     * Adds a callback for the run, and for each of its tasks, that has not ended in the time of its SLA.
     *
     * @param callback is given what happened
     * @return this builder
     */
    public PipelineBuilder onSlaMiss(Consumer<? super SlaMissed> callback) {
        hooks.add(Hooks.Point.SLA_MISS, SlaMissed.class, callback);
        return this;
    }

    /**
     * Declares a parameter.
     *
     * @param parameterName its name: letters, digits, '_' and '-', at most 200
     * @param type String, Integer, Long, BigInteger, Double, BigDecimal, Boolean, an enum, a date or time of
     *     {@code java.time}, Duration, Period, ZoneId, {@link Secret}, or a record whose components are of these types,
     *     lists of them or records again
     * @param <T> the type of its values
     * @return the declaration, which ends with {@code required()} or {@code optional(default)}
     * @throws IllegalArgumentException for a class that a parameter cannot have
     */
    public <T> ParameterBuilder<T> parameter(String parameterName, Class<T> type) {
        return new ParameterBuilder<>(
                this, Objects.requireNonNull(parameterName, "parameterName"), ParameterTypes.of(type));
    }

    /**
     * Declares a parameter of a list.
     *
     * @param parameterName its name: letters, digits, '_' and '-', at most 200
     * @param type the type of its values, as {@code new GenericType<List<LocalDate>>() {}}
     * @param <T> the type of its values
     * @return the declaration, which ends with {@code required()} or {@code optional(default)}
     * @throws IllegalArgumentException for a type that a parameter cannot have
     */
    public <T> ParameterBuilder<T> parameter(String parameterName, GenericType<T> type) {
        return new ParameterBuilder<>(
                this, Objects.requireNonNull(parameterName, "parameterName"), ParameterTypes.of(type));
    }

    /**
     * Declares a task with an output.
     *
     * @param id its id: letters, digits, '_' and '-', at most 200, unique in the pipeline
     * @param outputType the class of its output
     * @param <R> the class of its output
     * @return the declaration, which ends with {@code run}
     */
    public <R> TaskBuilder<R> task(String id, Class<R> outputType) {
        return new TaskBuilder<>(this, id, Objects.requireNonNull(outputType, "outputType"));
    }

    /**
     * Declares a task with an output of a generic type.
     *
     * @param id its id: letters, digits, '_' and '-', at most 200, unique in the pipeline
     * @param outputType the type of its output, as {@code new GenericType<List<Order>>() {}}
     * @param <R> the type of its output
     * @return the declaration, which ends with {@code run}
     */
    public <R extends @Nullable Object> TaskBuilder<R> task(String id, GenericType<R> outputType) {
        return new TaskBuilder<>(this, id, outputType.type());
    }

    /**
     * Declares a task without an output.
     *
     * @param id its id: letters, digits, '_' and '-', at most 200, unique in the pipeline
     * @return the declaration, which ends with {@code run}
     */
    public ActionBuilder task(String id) {
        return new ActionBuilder(this, id);
    }

    /**
     * Makes another pipeline a part of this one: its tasks become tasks of this pipeline. It may be included more than once,
     * under different names.
     *
     * @param inclusionName a name that begins the ids of its tasks: letters, digits, '_' and '-', unique among the
     *     inclusions of this pipeline
     * @param pipeline the pipeline, which must not include this one, nor have a parallelism, a deadline, a schedule, an SLA
     *     or callbacks of its own
     * @return the inclusion, to say what it waits for and what its parameters are, and to refer to its tasks
     */
    public Inclusion include(String inclusionName, Pipeline pipeline) {
        Inclusion inclusion = new Inclusion(this, inclusionName, pipeline);
        declared.add(inclusion);
        return inclusion;
    }

    /**
     * Checks everything that was declared and makes the pipeline.
     *
     * @return the pipeline
     * @throws PipelineInvalidException with every fault: ids that are malformed or declared twice, upstream tasks that
     *     are unknown or belong to another pipeline, cycles with their path, parameters declared twice, no task at all,
     *     arguments of included pipelines that are missing or wrong, a pipeline that includes itself
     */
    public Pipeline build() {
        Flattening flat = new Flattening(this, scope, name, parameters, declared);
        PipelineCheck check = new PipelineCheck(this, name, parameters, flat);
        List<String> faults = check.faults();
        if (!faults.isEmpty()) {
            throw new PipelineInvalidException(name, faults);
        }
        Pipeline pipeline =
                new Pipeline(this, name, description, parallelism, deadline, schedule, parameters, flat, hooks.build());
        code = new ArrayList<>();
        return pipeline;
    }

    /** What the code of this pipeline's own tasks may name. */
    Scope scope() {
        return scope;
    }

    <T> Parameter<T> add(Parameter<T> parameter) {
        parameters.add(parameter);
        return parameter;
    }

    TaskCode add(TaskBody body) {
        return TaskCode.add(code, body);
    }

    void add(TaskDeclaration task) {
        declared.add(task);
    }
}
