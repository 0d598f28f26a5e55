package etl.testkit;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunStoppedException;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.RunListener;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a run in a test: begun by {@link PipelineTest#start()} it goes on as the test tells it; what
 * {@link PipelineTest#run()} returns has ended. Not safe for use by many threads.
 */
public final class TestRun {
    private final Pipeline pipeline;
    private final Etl etl;
    private final RunHandle handle;
    private final ManualRunner runner;
    private final RecordedEvents events;
    private final Instant startedAt;
    private @Nullable RunReport report;
    private @Nullable RunStoppedException crash;

    TestRun(Pipeline pipeline, Etl etl, RunHandle handle, ManualRunner runner, RecordedEvents events) {
        this.pipeline = pipeline;
        this.etl = etl;
        this.handle = handle;
        this.runner = runner;
        this.events = events;
        this.startedAt = runner.time().instant();
    }

    /**
     * The run.
     *
     * @return its id
     */
    public RunId id() {
        return handle.id();
    }

    /**
     * Executes what can be executed while the clock stands still.
     *
     * @return this run
     * @throws AssertionError if a task waits and nothing goes on
     */
    public TestRun runDue() {
        runner.runDue();
        return endIfOver();
    }

    /**
     * Turns the clock on and executes what becomes due, each thing at its time.
     *
     * @param step how far, not negative
     * @return this run
     * @throws AssertionError if a task waits and nothing goes on
     */
    public TestRun advance(Duration step) {
        runner.advance(step);
        return endIfOver();
    }

    /**
     * Executes the run to its end; the clock jumps from alarm to alarm.
     *
     * @return this run, which has ended or crashed
     * @throws AssertionError if the run cannot end
     */
    public TestRun finish() {
        if (!isOver()) {
            try {
                report = handle.await();
            } catch (RunStoppedException stopped) {
                if (!(stopped.getCause() instanceof CrashPoints.Crash)) {
                    throw stopped;
                }
                crash = stopped;
            } finally {
                etl.close();
            }
        }
        return this;
    }

    private TestRun endIfOver() {
        return handle.end().isDone() ? finish() : this;
    }

    /**
     * Asks the run to end, as {@link RunHandle#cancel()} does; the next step carries it out.
     *
     * @return this run
     */
    public TestRun cancel() {
        handle.cancel();
        return this;
    }

    /**
     * Whether the run has ended or crashed.
     *
     * @return false if there is something left to do
     */
    public boolean isOver() {
        return report != null || crash != null;
    }

    /**
     * Whether the process has crashed in the run, as {@link PipelineTest#crashingAfter} asks for.
     *
     * @return true if so; then the run has no report and can be resumed
     */
    public boolean hasCrashed() {
        return crash != null;
    }

    /**
     * How the run has ended.
     *
     * @return the report
     * @throws IllegalStateException if it has not ended
     */
    public RunReport report() {
        if (report == null) {
            throw new IllegalStateException(
                    crash == null
                            ? "run " + id() + " has not ended; call finish()"
                            : "run " + id() + " has crashed, as planned, and has no report; resume it");
        }
        return report;
    }

    /**
     * The state that a task has by now.
     *
     * @param task a task of the pipeline
     * @return its state in the store
     */
    public TaskState state(TaskRef<?> task) {
        return stored(task).map(StoredTask::state).orElse(TaskState.PENDING);
    }

    /**
     * How often a task was attempted by now, over all executions of the run.
     *
     * @param task a task of the pipeline
     * @return the number of attempts
     */
    public int attempts(TaskRef<?> task) {
        return stored(task).map(StoredTask::attempt).orElse(0);
    }

    private Optional<StoredTask> stored(TaskRef<?> task) {
        return etl.store().task(id(), task.id());
    }

    /**
     * What has happened in this execution so far.
     *
     * @return the events of this run in their order
     */
    public List<RunListener.Event> events() {
        return events.all().stream()
                .filter(event -> event.run().id().equals(id()))
                .toList();
    }

    /**
     * What has happened in this execution so far, of one kind.
     *
     * @param kind for example {@link RunListener.SlaMissed}
     * @param <E> the type of the events
     * @return the events of this run in their order
     */
    public <E extends RunListener.Event> List<E> events(Class<E> kind) {
        return events().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /**
     * How long this execution has taken by the clock of the test.
     *
     * @return the time from its start to now, or to its end
     */
    public Duration elapsed() {
        return report == null ? Duration.between(startedAt, runner.time().instant()) : report.duration();
    }

    boolean hasReport() {
        return report != null;
    }

    /** What the store knows of the run. */
    RunTable table() {
        return report != null
                ? RunTable.of(report)
                : RunTable.of(toString(), etl.store().tasks(id()));
    }

    @Override
    public String toString() {
        return "run " + id() + " of pipeline '" + pipeline.name() + "'"
                + (report != null ? " " + report.state() : crash != null ? ", crashed" : ", not ended");
    }
}
