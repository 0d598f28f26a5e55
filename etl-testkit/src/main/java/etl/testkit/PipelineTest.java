package etl.testkit;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.EtlBuilder;
import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.Rerun;
import etl.core.RunHandle;
import etl.core.RunOptions;
import etl.core.TaskRef;
import etl.core.TaskSkippedException;
import etl.core.spi.StateStore;
import etl.core.spi.TaskInterceptor;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A test of a pipeline without threads and waiting: its runs are executed on the test's own thread as {@link ManualRunner}
 * does it, with what the test wants to happen in its tasks. Each execution has an orchestrator of its own, like a process;
 * when it has ended, listeners and callbacks have been told everything.
 *
 * <pre>{@code
 * TestRun run = PipelineTest.of(pipeline)
 *         .failing(extract, 2, () -> new IOException("connection reset"))
 *         .returning(load, 3)
 *         .run();
 * assertThat(run).hasSucceeded().task(extract).hasAttempts(3);
 * }</pre>
 *
 * <p>An attempt first takes its time ({@link #taking}), then perhaps fails ({@link #failing}), and then executes the code or
 * what the test has put in its place last. Tasks are executed one after the other, so their times add up. Not safe for use
 * by many threads.
 */
public final class PipelineTest {
    private final Pipeline pipeline;
    private final ManualRunner runner;
    private final TaskFaults faults;
    private final CrashPoints crashPoints = new CrashPoints();
    private Arguments arguments = Arguments.none();
    private RunOptions options = RunOptions.none();
    private StateStore store = InMemoryStateStore.create();
    private Consumer<EtlBuilder> settings = builder -> {};
    private @Nullable RunHandle current;

    private PipelineTest(Pipeline pipeline, ManualRunner runner) {
        this.pipeline = pipeline;
        this.runner = runner;
        this.faults = new TaskFaults(pipeline, runner.time());
    }

    /**
     * A test with an in-memory store and no arguments, in which nothing special happens.
     *
     * @param pipeline the pipeline
     * @return the test
     */
    public static PipelineTest of(Pipeline pipeline) {
        return of(pipeline, ManualRunner.create());
    }

    /**
     * The same with a given runner, for a test that turns the clock in its tasks or runs more than this pipeline.
     *
     * @param pipeline the pipeline
     * @param runner the runner
     * @return the test
     */
    public static PipelineTest of(Pipeline pipeline, ManualRunner runner) {
        return new PipelineTest(pipeline, runner);
    }

    /**
     * Sets the arguments.
     *
     * @param values the values of the pipeline's parameters; default none
     * @return this test
     */
    public PipelineTest arguments(Arguments values) {
        arguments = Objects.requireNonNull(values, "arguments");
        return this;
    }

    /**
     * Sets the options of the runs.
     *
     * @param newOptions for example a run key or a data interval; default none
     * @return this test
     */
    public PipelineTest options(RunOptions newOptions) {
        options = Objects.requireNonNull(newOptions, "options");
        return this;
    }

    /**
     * Sets where runs are kept.
     *
     * @param newStore the store, which stays open; default: one in memory
     * @return this test
     */
    public PipelineTest store(StateStore newStore) {
        store = Objects.requireNonNull(newStore, "store");
        return this;
    }

    /**
     * Sets up the orchestrators of the executions: pools, listeners, the parallelism.
     *
     * @param newSettings given the builder of each orchestrator; time, store and executor are set already
     * @return this test
     */
    public PipelineTest orchestrator(Consumer<EtlBuilder> newSettings) {
        settings = Objects.requireNonNull(newSettings, "settings");
        return this;
    }

    // --- what happens in the tasks ---------------------------------------------------------------------------------

    /**
     * Gives a task an output in place of its code.
     *
     * @param task the task
     * @param output what it returns; of a mapped task, the outputs of the elements by their index
     * @param <R> the type of its output
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task
     */
    public <R extends @Nullable Object> PipelineTest returning(TaskRef<R> task, R output) {
        faults.output(task, output);
        return this;
    }

    /**
     * Makes every attempt of a task fail before its code begins.
     *
     * @param task the task; of a mapped task, each element
     * @param failure makes the exception of an attempt
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task
     */
    public PipelineTest failing(TaskRef<?> task, Supplier<? extends Exception> failure) {
        return failing(task, Integer.MAX_VALUE, failure);
    }

    /**
     * Makes the first attempts of a task fail before its code begins. Attempts are counted on when a run is resumed.
     *
     * @param task the task; of a mapped task, each element
     * @param attempts how many
     * @param failure makes the exception of an attempt
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task
     */
    public PipelineTest failing(TaskRef<?> task, int attempts, Supplier<? extends Exception> failure) {
        faults.failure(task, attempts, Objects.requireNonNull(failure, "failure"));
        return this;
    }

    /**
     * Makes a task skip itself in place of its code.
     *
     * @param task the task; of a mapped task, each element
     * @param reason why
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task
     */
    public PipelineTest skipping(TaskRef<?> task, String reason) {
        return around(task, (context, code) -> {
            throw new TaskSkippedException(reason);
        });
    }

    /**
     * Cancels the run when a task begins, which is then interrupted.
     *
     * @param task the task
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task
     */
    public PipelineTest cancelling(TaskRef<?> task) {
        return around(task, (context, code) -> {
            Objects.requireNonNull(current).cancel();
            throw new InterruptedException("the run was cancelled");
        });
    }

    /**
     * Does something of the test's own around the code of a task or in place of it.
     *
     * @param task the task; of a mapped task, each element
     * @param code is called for each attempt; what it returns must be of the task's output type
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task
     */
    public PipelineTest around(TaskRef<?> task, TaskInterceptor code) {
        faults.code(task, Objects.requireNonNull(code, "code"));
        return this;
    }

    /**
     * Lets each attempt of a task take a time before its code begins. What becomes due meanwhile happens: a timeout, the
     * cancel of a deadline, a missed SLA. An attempt that is interrupted ends at once.
     *
     * @param task the task
     * @param duration by the clock of the test
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task, or the duration is negative
     */
    public PipelineTest taking(TaskRef<?> task, Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration is " + duration + " and must not be negative");
        }
        faults.duration(task, duration);
        return this;
    }

    /**
     * Lets the process crash, once, when a task has returned and before that is stored. A resume executes the task again.
     *
     * @param task the task
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task
     */
    public PipelineTest crashingBeforeStored(TaskRef<?> task) {
        crashPoints.beforeStoring(faults.id(task));
        return this;
    }

    /**
     * Lets the process crash, once, when a task has succeeded and that is stored. A resume goes on after it.
     *
     * @param task the task
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task
     */
    public PipelineTest crashingAfter(TaskRef<?> task) {
        crashPoints.afterStoring(faults.id(task));
        return this;
    }

    /**
     * Takes back everything that was asked of a task, so that a resume finds it as it was declared.
     *
     * @param task the task
     * @return this test
     * @throws IllegalArgumentException if the pipeline has no such task
     */
    public PipelineTest asDeclared(TaskRef<?> task) {
        faults.remove(task);
        crashPoints.remove(faults.id(task));
        return this;
    }

    // --- runs ------------------------------------------------------------------------------------------------------

    /**
     * Executes a run to its end.
     *
     * @return the run, which has ended or crashed
     * @throws etl.core.ArgumentsInvalidException if the arguments do not fit the parameters
     * @throws AssertionError if the run cannot end; see {@link ManualRunner#create(Duration)}
     */
    public TestRun run() {
        return start().finish();
    }

    /**
     * Starts a run of which nothing is executed yet, to go through it step by step.
     *
     * @return the run
     * @throws etl.core.ArgumentsInvalidException if the arguments do not fit the parameters
     */
    public TestRun start() {
        return execute(etl -> etl.submit(pipeline.intercepted(faults), arguments, options));
    }

    /**
     * Resumes a run that has failed, was cancelled or has crashed, and executes it to its end.
     *
     * @param run the run
     * @return the same run in its next execution
     * @throws etl.core.ResumeRefusedException if the run has succeeded
     * @throws AssertionError if the run cannot end
     */
    public TestRun resume(TestRun run) {
        return execute(etl -> etl.resume(run.id(), pipeline.intercepted(faults)))
                .finish();
    }

    /**
     * Executes tasks of a run again that has ended, as {@link Etl#rerun} does it, to the end.
     *
     * @param run the run
     * @param choice which tasks
     * @return the same run in its next execution
     * @throws IllegalArgumentException if the choice names tasks that the pipeline does not have
     * @throws etl.core.ResumeRefusedException if the run has not ended
     * @throws AssertionError if the run cannot end
     */
    public TestRun rerun(TestRun run, Rerun choice) {
        return execute(etl -> etl.rerun(run.id(), pipeline.intercepted(faults), choice))
                .finish();
    }

    private TestRun execute(Function<Etl, RunHandle> beginning) {
        RecordedEvents events = new RecordedEvents();
        EtlBuilder builder = runner.builderOn(SynchronousStore.of(store, crashPoints));
        settings.accept(builder);
        Etl etl = builder.listener(events).build();
        try {
            RunHandle handle = beginning.apply(etl);
            current = handle;
            return new TestRun(pipeline, etl, handle, runner, events);
        } catch (RuntimeException | Error notStarted) {
            etl.close();
            throw notStarted;
        }
    }
}
