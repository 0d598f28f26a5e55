package etl.core;

import etl.core.spi.RunExecutor;
import etl.core.spi.StateStore;
import etl.core.spi.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orchestrator: runs pipelines in this process and keeps their state in a store. Safe for use by many threads.
 *
 * <p>Unless {@link EtlBuilder#executor} says otherwise, its threads are daemon threads, virtual ones where the JVM has
 * them; a program that does not wait for its runs ends without them.
 */
public final class Etl implements AutoCloseable {
    /** How many runs {@link #submitAll} starts at most. */
    public static final int MOST_AT_ONCE = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final StateStore store;
    private final Time time;
    private final Optional<ExecutorService> ownThreads;
    private final RunSettings settings;
    private final Duration drain;
    private final Duration listenerGrace;
    private final List<AutoCloseable> resources;
    private final LiveRuns live;
    private final KeyedRuns keyed;
    private final Resumption resumption;
    private final Recovery recovery;
    private final Shutdown shutdown;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.OPEN);

    private enum Phase {
        OPEN,
        DRAINING,
        CLOSED
    }

    Etl(
            StateStore store,
            Listeners listeners,
            Time time,
            Optional<RunExecutor> executor,
            RandomGenerator random,
            int parallelism,
            Map<String, Pool> pools,
            Duration drain,
            Duration grace,
            Duration listenerGrace,
            int mostCrashes,
            List<AutoCloseable> resources) {
        this.store = store;
        this.time = time;
        this.drain = drain;
        this.listenerGrace = listenerGrace;
        this.resources = resources;
        this.ownThreads = executor.isPresent() ? Optional.empty() : Optional.of(WorkerThreads.open());
        this.settings = new RunSettings(
                store,
                listeners,
                time,
                executor.orElseGet(() -> new HostedThreads(ownThreads.orElseThrow())),
                random,
                parallelism,
                new Slots(parallelism),
                pools,
                grace,
                new CacheWaiters(store.outputCache(), time));
        this.live = new LiveRuns(settings.slots());
        this.shutdown = new Shutdown(settings, live);
        this.keyed = new KeyedRuns(settings, live);
        this.resumption = new Resumption(settings);
        this.recovery = new Recovery(this, settings, mostCrashes);
    }

    /**
     * Begins the configuration of an orchestrator.
     *
     * @return a builder with the defaults
     */
    public static EtlBuilder builder() {
        return new EtlBuilder();
    }

    /**
     * An orchestrator that keeps everything in memory, with all defaults.
     *
     * @return the orchestrator, which the caller closes
     */
    public static Etl inMemory() {
        return builder().build();
    }

    /**
     * Runs a pipeline and waits for its end.
     *
     * @param pipeline what to run
     * @param arguments the values of its parameters
     * @return how it ended; see {@link RunReport#orThrow()}
     * @throws ArgumentsInvalidException if the arguments do not fit the parameters
     * @throws etl.core.spi.StateStoreException if the run cannot be recorded
     * @throws RunStoppedException if the run was stopped by a shutdown or because its state could not be stored
     */
    public RunReport run(Pipeline pipeline, Arguments arguments) {
        return submit(pipeline, arguments).await();
    }

    /**
     * Runs a pipeline with the defaults of its parameters and waits for its end.
     *
     * @param pipeline what to run
     * @return how it ended
     * @throws ArgumentsInvalidException if a parameter is required
     * @throws etl.core.spi.StateStoreException if the run cannot be recorded
     * @throws RunStoppedException if the run was stopped by a shutdown or because its state could not be stored
     */
    public RunReport run(Pipeline pipeline) {
        return run(pipeline, Arguments.none());
    }

    /**
     * A dry run: checks what {@link #submit} would refuse and plans the run, without executing or recording anything.
     *
     * @param pipeline what to plan
     * @param arguments the values of its parameters
     * @return the plan, with the times of former runs in this orchestrator's store and its parallelism
     * @throws ArgumentsInvalidException if the arguments do not fit the parameters
     * @throws IllegalArgumentException if a task needs a pool that this orchestrator does not have
     * @throws etl.core.spi.StateStoreException if former runs cannot be read
     */
    public RunPlan plan(Pipeline pipeline, Arguments arguments) {
        checkOpen();
        checkPools(pipeline);
        arguments.bind(pipeline);
        int limit = Math.min(pipeline.parallelism().orElse(Integer.MAX_VALUE), settings.parallelism());
        return RunPlan.of(pipeline, TaskDurations.of(pipeline, store)).withParallelism(limit);
    }

    /**
     * Runs a pipeline with options and waits for its end.
     *
     * @param pipeline what to run
     * @param arguments the values of its parameters
     * @param options more about the run; with a {@linkplain RunOptions#key(String) key} that has a run already, this waits
     *     for that one, and returns its end at once if it has ended
     * @return how it ended
     * @throws ArgumentsInvalidException if the arguments do not fit the parameters
     * @throws RunKeyConflictException if the key has a run with other arguments or of another definition of the pipeline
     * @throws etl.core.spi.StateStoreException if the run cannot be recorded
     * @throws RunStoppedException if the run was stopped by a shutdown or because its state could not be stored
     * @throws java.util.concurrent.CancellationException if the calling thread is interrupted while it waits for a run
     *     that another submit has started
     */
    public RunReport run(Pipeline pipeline, Arguments arguments, RunOptions options) {
        return submit(pipeline, arguments, options).await();
    }

    /**
     * Starts a run and returns at once.
     *
     * @param pipeline what to run
     * @param arguments the values of its parameters
     * @return the run, to watch, cancel and wait for
     * @throws ArgumentsInvalidException if the arguments do not fit the parameters
     * @throws etl.core.spi.StateStoreException if the run cannot be recorded
     */
    public RunHandle submit(Pipeline pipeline, Arguments arguments) {
        return submit(pipeline, arguments, RunOptions.none());
    }

    /**
     * Starts a run with options and returns at once. With a {@linkplain RunOptions#key(String) key} that has a run already,
     * nothing is started, and the handle is that of the first run, wherever it is executed: in this orchestrator, in
     * another process (the store is looked up every two seconds until it has ended), or not any more. A run whose process
     * has crashed stays RUNNING until somebody {@linkplain #resume resumes} it; a run that has failed stays FAILED.
     *
     * <p>If recording a run takes so long, for example because this process was suspended, that another one has recovered it
     * meanwhile, the handle is that of the run there.
     *
     * @param pipeline what to run
     * @param arguments the values of its parameters
     * @param options more about the run
     * @return the run, to watch, cancel and wait for; see {@link RunHandle#isExisting()}
     * @throws ArgumentsInvalidException if the arguments do not fit the parameters
     * @throws RunKeyConflictException if the key has a run with other arguments or of another definition of the pipeline
     * @throws etl.core.spi.StateStoreException if the run cannot be recorded
     */
    public RunHandle submit(Pipeline pipeline, Arguments arguments, RunOptions options) {
        checkOpen();
        return keyed.submit(submission(new RunRequest(pipeline, arguments, options)));
    }

    /**
     * Starts many runs and returns at once. It is as if each were {@linkplain #submit(Pipeline, Arguments, RunOptions) submitted}
     * in turn, but new ones are recorded together, in one transaction if the store has transactions, and begin after that; so
     * many runs cost little more than one. If a request is refused, or the runs cannot be recorded, none is started.
     *
     * <p>What is only found out later, such as a key whose run has other arguments, does not keep the others from being started;
     * the exception is thrown after that. Give the runs keys to be able to submit all of them again then: those that have begun
     * are returned, and not started twice.
     *
     * @param requests the runs that are wanted, at most {@value #MOST_AT_ONCE}, so that they begin soon after they are recorded; a
     *     key may be among them more than once
     * @return the runs, in the order of the requests
     * @throws ArgumentsInvalidException if arguments do not fit the parameters
     * @throws IllegalArgumentException if there are too many requests, or a pipeline needs a pool that this orchestrator does not
     *     have
     * @throws IllegalStateException if this orchestrator is closed, or was before all runs had begun
     * @throws RunKeyConflictException if a key has a run with other arguments or of another definition of the pipeline; the
     *     first, with whatever else went wrong {@linkplain Throwable#getSuppressed() suppressed}
     * @throws etl.core.spi.StateStoreException if the runs cannot be recorded, or one that was recorded cannot begin
     */
    public List<RunHandle> submitAll(List<RunRequest> requests) {
        checkOpen();
        List<RunRequest> wanted = List.copyOf(requests);
        if (wanted.size() > MOST_AT_ONCE) {
            throw new IllegalArgumentException(wanted.size()
                    + " runs are too many to be submitted at once; submit at most " + MOST_AT_ONCE + ", then the next");
        }
        return keyed.submitAll(wanted.stream().map(this::submission).toList(), this::isOpenForCaller);
    }

    private Submission submission(RunRequest request) {
        checkPools(request.pipeline());
        return Submission.of(request, time.instant(), resumption);
    }

    /**
     * Continues a run that failed, was cancelled or was interrupted by a crash: tasks that succeeded are not executed
     * again, and their outputs are read back. If another process is executing the run, this is refused.
     *
     * <p>Only what cleans up is executed again although it has succeeded: tasks that run finally, in every execution that
     * executes anything; and a teardown with its setups, if a task between them is executed after it has run.
     *
     * @param id the run
     * @param pipeline its pipeline, unchanged since the run began
     * @return the run, to watch, cancel and wait for
     * @throws ResumeRefusedException if the run is unknown, has succeeded, is being executed here, or belongs to another
     *     pipeline definition
     * @throws etl.core.spi.RunOwnedException if another process is executing the run
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public RunHandle resume(RunId id, Pipeline pipeline) {
        return again(id, pipeline, () -> resumption.resume(id, pipeline));
    }

    /**
     * Executes tasks of a run that has ended again, even if they have succeeded, together with everything that has not: a
     * new attempt of the same run, which keeps its id, its arguments and the history of its attempts. A mapped task is
     * executed again as a whole. Tasks that clean up have their turn as in a resume, see {@link #resume}.
     *
     * @param id the run
     * @param pipeline its pipeline, unchanged since the run began
     * @param choice which tasks
     * @return the run, to watch, cancel and wait for
     * @throws IllegalArgumentException if the choice names tasks that the pipeline does not have, all of them in the message
     * @throws ResumeRefusedException if the run is unknown, has not ended, is being executed here, or belongs to another
     *     pipeline definition
     * @throws etl.core.spi.RunOwnedException if another process is executing the run
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public RunHandle rerun(RunId id, Pipeline pipeline, Rerun choice) {
        return again(id, pipeline, () -> resumption.rerun(id, pipeline, choice));
    }

    /**
     * Resumes runs whose process has died or was shut down, of all that are found now; see {@link EtlBuilder#recover} for
     * doing so all the time. A run that has killed its process too often is ended instead, see
     * {@link EtlBuilder#mostCrashes}.
     *
     * <p>A run that cannot go on here, for example because an argument of it is not valid any more, is left alone and logged once.
     *
     * @param pipelines the pipelines whose runs are looked for
     * @return the runs that go on here
     * @throws IllegalArgumentException if a pipeline needs a pool that this orchestrator does not have
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public List<RunHandle> recover(Pipeline... pipelines) {
        checkOpen();
        List.of(pipelines).forEach(this::checkPools);
        return recovery.recover(List.of(pipelines));
    }

    /** As a resume, but not of a run that has ended. */
    RunHandle goOn(RunId id, Pipeline pipeline) {
        return again(id, pipeline, () -> resumption.recover(id, pipeline));
    }

    void keepRecovering(List<Pipeline> pipelines, Duration period) {
        pipelines.forEach(this::checkPools);
        recovery.repeat(pipelines, period);
    }

    private RunHandle again(RunId id, Pipeline pipeline, Supplier<RunExecution> execution) {
        checkOpen();
        checkPools(pipeline);
        return live.claimIdle(id).start(() -> Optional.of(execution.get())).orElseThrow();
    }

    /**
     * Runs whose tasks an outside engine starts one by one.
     *
     * @return the entry points for the engine's side
     */
    public ExternalRuns external() {
        checkOpen();
        return new ExternalRuns(settings);
    }

    /**
     * What an operator does with runs of any process.
     *
     * @return the means to follow and cancel runs, to mark their tasks, and to end those whose process is gone
     */
    public RunControl control() {
        checkOpen();
        return new RunControl(settings, live, keyed);
    }

    /**
     * Where runs are kept.
     *
     * @return the store, for reading former runs
     */
    public StateStore store() {
        return store;
    }

    /**
     * The clock and the alarms of this orchestrator, for whoever starts runs by them.
     *
     * @return the time, which is closed together with this orchestrator
     */
    public Time time() {
        return time;
    }

    private void checkPools(Pipeline pipeline) {
        PoolCheck.check(pipeline, settings.pools());
    }

    boolean isOpen() {
        return phase.get() == Phase.OPEN;
    }

    private void checkOpen() {
        if (!isOpenForCaller()) {
            throw new IllegalStateException("this orchestrator is closed; build a new one");
        }
    }

    /** While it drains, tasks may still start runs, since these belong to their work. */
    private boolean isOpenForCaller() {
        Phase now = phase.get();
        return now == Phase.OPEN || (now == Phase.DRAINING && RunWorkers.isCaller(settings.slots()));
    }

    /**
     * Stops what is running and closes the store. First no further attempt is started, and those under way may end within
     * the {@linkplain EtlBuilder#drain(Duration) drain period}, as may runs that they start and wait for. Then the rest is
     * interrupted and, after the {@linkplain EtlBuilder#grace(Duration) grace period}, abandoned, which is logged with the
     * stack of the thread. A run that has not ended by then can be resumed. Returns at the latest one second after the two
     * periods, and after the listeners' grace period if they have not been told everything by then. A second call does
     * nothing. A task that closes its own orchestrator is interrupted at once, like all others.
     */
    @Override
    public void close() {
        if (!phase.compareAndSet(Phase.OPEN, Phase.DRAINING)) {
            return;
        }
        shutdown.drain(drain);
        phase.set(Phase.CLOSED);
        keyed.close();
        shutdown.stop();
        settings.listeners().close(listenerGrace);
        ownThreads.ifPresent(ExecutorService::shutdownNow);
        close(store);
        resources.forEach(Etl::close);
        time.close();
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception failure) {
            LOG.warn("{} did not close", resource, failure);
        }
    }
}
