package etl.core;

import etl.core.spi.EngineRun;
import etl.core.spi.RunInfo;
import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The code of one task, executed alone: for tests, and for a debugger that looks into the failed task of a stored run. The
 * code is executed once, on the calling thread, without the limits of a run: no upstream tasks, trigger rule, retry,
 * timeout, pool, callback. Nothing is recorded; what the code itself does to files and databases is real. Not safe for use
 * by many threads.
 *
 * @param <R> the type of what the code returns
 */
public final class SingleTask<R extends @Nullable Object> {
    private final Pipeline pipeline;
    private final int task;
    private final OptionalInt element;
    private final Map<Integer, @Nullable Object> outputs = new HashMap<>();
    private final Map<Integer, TaskState> states = new HashMap<>();
    private Optional<StoredTasks> stored = Optional.empty();
    private Optional<Arguments> arguments = Optional.empty();
    private Optional<DataInterval> dataInterval = Optional.empty();
    private OptionalInt attempt = OptionalInt.empty();

    private SingleTask(Pipeline pipeline, int task, OptionalInt element) {
        this.pipeline = Objects.requireNonNull(pipeline, "pipeline");
        this.task = task;
        this.element = element;
        String id = pipeline.task(task).id();
        boolean isMapped = pipeline.mapping(task).isPresent();
        if (isMapped && element.isEmpty()) {
            throw new IllegalArgumentException("task '" + id + "' is mapped over a list; choose one element of it");
        }
        if (!isMapped && element.isPresent()) {
            throw new IllegalArgumentException("task '" + id + "' is not mapped and has no elements");
        }
    }

    /**
     * A task that is not mapped.
     *
     * @param pipeline the pipeline
     * @param task the task
     * @param <R> the type of its output
     * @return the task, to be given its inputs
     * @throws IllegalArgumentException if the task belongs to another pipeline or is mapped
     */
    public static <R extends @Nullable Object> SingleTask<R> of(Pipeline pipeline, TaskRef<R> task) {
        return new SingleTask<>(pipeline, pipeline.ordinal(task), OptionalInt.empty());
    }

    /**
     * One element of a mapped task.
     *
     * @param pipeline the pipeline
     * @param task the mapped task
     * @param index the element, from 0
     * @param <R> the type of one element's output
     * @return the element, to be given the lists that the task is mapped over
     * @throws IllegalArgumentException if the task belongs to another pipeline or is not mapped, or the index is negative
     */
    public static <R extends @Nullable Object> SingleTask<R> ofElement(
            Pipeline pipeline, TaskRef<List<R>> task, int index) {
        return new SingleTask<>(pipeline, pipeline.ordinal(task), OptionalInt.of(notNegative(index)));
    }

    /**
     * A task known by its id only, as on a command line.
     *
     * @param pipeline the pipeline
     * @param taskId the task's id
     * @param element which element of a mapped task, from 0; empty for any other task
     * @return the task, to be given its inputs
     * @throws IllegalArgumentException if there is no such task, or it is mapped and no element is named, or the reverse
     */
    public static SingleTask<@Nullable Object> named(Pipeline pipeline, String taskId, OptionalInt element) {
        element.ifPresent(SingleTask::notNegative);
        return new SingleTask<>(pipeline, pipeline.ordinal(taskId), element);
    }

    private static int notNegative(int index) {
        if (index < 0) {
            throw new IllegalArgumentException("element " + index + " does not exist; the first one is 0");
        }
        return index;
    }

    /**
     * Sets the arguments.
     *
     * @param values the values of the pipeline's parameters; default: those of the stored run, else none
     * @return this task
     */
    public SingleTask<R> arguments(Arguments values) {
        arguments = Optional.of(values);
        return this;
    }

    /**
     * Gives the output of a task upstream, which then counts as SUCCEEDED.
     *
     * @param upstream a direct upstream task of this task, or one whose output is an argument of the included pipeline of
     *     which this task is a part
     * @param output what it is to have returned
     * @param <T> the type of its output
     * @return this task
     * @throws IllegalArgumentException if it is not a direct upstream task of this task
     */
    public <T extends @Nullable Object> SingleTask<R> input(TaskRef<T> upstream, T output) {
        int source = upstream(upstream);
        outputs.put(source, output);
        states.put(source, TaskState.SUCCEEDED);
        return this;
    }

    /**
     * Says how a task upstream has ended, for a task whose {@link TriggerRule} lets it start after failures or skips.
     *
     * @param upstream a direct upstream task of this task
     * @param state its state; default: that in the stored run, else {@link TaskState#PENDING}
     * @return this task
     * @throws IllegalArgumentException if it is not a direct upstream task of this task
     */
    public SingleTask<R> upstream(TaskRef<?> upstream, TaskState state) {
        int source = upstream(upstream);
        states.put(source, Objects.requireNonNull(state, "state"));
        return this;
    }

    private int upstream(TaskRef<?> upstream) {
        int source = pipeline.ordinal(upstream);
        if (pipeline.canRead(task, source)) {
            return source;
        }
        throw new IllegalArgumentException("task '" + upstream.id() + "' is not a direct upstream task of '"
                + pipeline.task(task).id() + "'");
    }

    /**
     * Sets the stretch of time whose data the code works on.
     *
     * @param interval the interval; default: that of the stored run, else none
     * @return this task
     */
    public SingleTask<R> dataInterval(DataInterval interval) {
        dataInterval = Optional.of(interval);
        return this;
    }

    /**
     * Sets the number of the attempt, for code that asks for it.
     *
     * @param number from 1; default: that of the last attempt in the stored run, else 1
     * @return this task
     * @throws IllegalArgumentException if the number is less than 1
     */
    public SingleTask<R> attempt(int number) {
        attempt = OptionalInt.of(Checks.atLeastOne(number, "attempt"));
        return this;
    }

    /**
     * Takes what is not set here from a stored run: its id, the arguments, the states and outputs of the tasks upstream. The
     * pipeline's definition may have changed since, as long as the outputs can still be read.
     *
     * @param store where the run is kept
     * @param run the run
     * @return this task
     * @throws IllegalArgumentException if the run is unknown or belongs to another pipeline
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public SingleTask<R> from(StateStore store, RunId run) {
        StoredRun found = store.find(run)
                .orElseThrow(() -> new IllegalArgumentException("run " + run + " is unknown in this store"));
        if (!found.definition().pipeline().equals(pipeline.name())) {
            throw new IllegalArgumentException("run " + run + " belongs to pipeline '"
                    + found.definition().pipeline() + "' and not to '" + pipeline.name() + "'");
        }
        stored = Optional.of(new StoredTasks(pipeline, store, found));
        return this;
    }

    /**
     * Executes the code.
     *
     * @return how it ended; an exception of the code is part of it and not thrown
     * @throws IllegalStateException if an input is missing: neither set here nor the output of a task that has SUCCEEDED in
     *     the stored run
     * @throws IllegalArgumentException if the task is mapped over lists without such an element
     * @throws ArgumentsInvalidException if the arguments do not fit the parameters
     * @throws etl.core.spi.StateStoreException if an input is in the stored run but cannot be read
     */
    public TaskOutcome<R> run() {
        Map<String, Object> bound = arguments
                .or(() -> stored.map(StoredTasks::arguments))
                .orElse(Arguments.none())
                .bind(pipeline);
        int mapIndex = element.orElse(StoredTask.NOT_MAPPED);
        GivenInputs inputs = new GivenInputs(pipeline, task, mapIndex, states, outputs, stored);
        RunInfo run = new RunInfo(
                stored.map(StoredTasks::run).orElseGet(RunId::random),
                pipeline.name(),
                EngineRun.LOCAL,
                dataInterval.or(() -> stored.flatMap(StoredTasks::dataInterval)),
                false);
        int number = attempt.orElseGet(() ->
                Math.max(1, stored.map(tasks -> tasks.attempts(task, mapIndex)).orElse(1)));
        return new SoloExecution(pipeline, run, bound, task, mapIndex).execute(number, inputs);
    }
}
