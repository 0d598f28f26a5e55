package etl.core;

import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.RunInfo;
import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orchestrator: runs pipelines in this process and keeps their state in a store. Safe for use by many threads.
 *
 * <p>Its threads are daemon threads, virtual ones where the JVM has them; a program that does not wait for its runs ends
 * without them.
 */
public final class Etl implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final StateStore store;
    private final Time time;
    private final ExecutorService threads;
    private final RunSettings settings;
    private final Duration grace;
    private final Duration listenerGrace;
    private final List<AutoCloseable> resources;
    private final Set<RunExecution> active = ConcurrentHashMap.newKeySet();
    private final Set<RunId> executing = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    Etl(
            StateStore store,
            Listeners listeners,
            Time time,
            int parallelism,
            Map<String, Pool> pools,
            Duration grace,
            Duration listenerGrace,
            List<AutoCloseable> resources) {
        this.store = store;
        this.time = time;
        this.grace = grace;
        this.listenerGrace = listenerGrace;
        this.resources = resources;
        this.threads = WorkerThreads.open();
        this.settings =
                new RunSettings(store, listeners, time, threads, parallelism, new Slots(parallelism), pools, grace);
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
     * Starts a run and returns at once.
     *
     * @param pipeline what to run
     * @param arguments the values of its parameters
     * @return the run, to watch, cancel and wait for
     * @throws ArgumentsInvalidException if the arguments do not fit the parameters
     * @throws etl.core.spi.StateStoreException if the run cannot be recorded
     */
    public RunHandle submit(Pipeline pipeline, Arguments arguments) {
        checkOpen();
        checkPools(pipeline);
        Map<String, Object> bound = arguments.bind(pipeline);
        RunInfo run = new RunInfo(RunId.random(), pipeline.name(), EngineRun.LOCAL);
        store.create(new NewRun(
                run.id(),
                pipeline.name(),
                pipeline.fingerprint(),
                Optional.empty(),
                Arguments.format(pipeline, bound),
                EngineRun.LOCAL,
                pipeline.size(),
                time.instant()));
        return start(new RunExecution(
                pipeline, run, settings, store.journal(run.id()), bound, new TaskTable(pipeline, List.of())));
    }

    /**
     * Continues a run that failed, was cancelled or was interrupted by a crash: tasks that succeeded are not executed
     * again, and their outputs are read back. No other process may be executing the run.
     *
     * @param id the run
     * @param pipeline its pipeline, unchanged since the run began
     * @return the run, to watch, cancel and wait for
     * @throws ResumeRefusedException if the run is unknown, has succeeded, is being executed here, or belongs to another
     *     pipeline definition
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public RunHandle resume(RunId id, Pipeline pipeline) {
        checkOpen();
        checkPools(pipeline);
        // Before the state is read: of two that resume the same run, the second must see what the first has made of it.
        if (!executing.add(id)) {
            throw new ResumeRefusedException("run " + id + " is being executed right now; wait for its end");
        }
        RunExecution execution;
        try {
            execution = resumption(id, pipeline);
        } catch (RuntimeException | Error refused) {
            executing.remove(id);
            throw refused;
        }
        return start(execution);
    }

    private RunExecution resumption(RunId id, Pipeline pipeline) {
        StoredRun stored = store.find(id)
                .orElseThrow(() -> new ResumeRefusedException(
                        "run " + id + " is unknown in this store; check the id and the database"));
        Resumption.check(stored, pipeline);
        Map<String, Object> arguments =
                Arguments.parse(pipeline, stored.definition().arguments()).bind(pipeline);
        List<StoredTask> tasks = store.tasks(id);
        store.reopen(id);
        RunInfo run = new RunInfo(id, pipeline.name(), stored.definition().engineRun());
        return new RunExecution(pipeline, run, settings, store.journal(id), arguments, new TaskTable(pipeline, tasks));
    }

    private RunHandle start(RunExecution execution) {
        active.add(execution);
        executing.add(execution.run().id());
        // The handle tells this end, so that whoever hears of it may resume the run at once.
        CompletableFuture<RunReport> end = execution.end().whenComplete((report, failure) -> {
            active.remove(execution);
            executing.remove(execution.run().id());
        });
        try {
            execution.start();
        } catch (RuntimeException | Error notStarted) {
            execution.shutDown();
            end.handle((report, failure) -> true).join();
            throw notStarted;
        }
        return new RunHandle(execution, end);
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
     * Where runs are kept.
     *
     * @return the store, for reading former runs
     */
    public StateStore store() {
        return store;
    }

    private void checkPools(Pipeline pipeline) {
        for (TaskView task : pipeline.tasks()) {
            task.pool().ifPresent(name -> {
                Pool pool = settings.pools().get(name);
                if (pool == null) {
                    throw new IllegalArgumentException("task '" + task.id() + "' needs pool '" + name
                            + "', which this orchestrator does not have; add pool(\"" + name
                            + "\", slots) to its builder");
                }
                if (task.poolSlots() > pool.slots()) {
                    throw new IllegalArgumentException("task '" + task.id() + "' needs " + task.poolSlots()
                            + " slots of pool '" + name + "', which has only " + pool.slots());
                }
            });
        }
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("this orchestrator is closed; build a new one");
        }
    }

    /**
     * Stops what is running and closes the store. Running tasks are interrupted and, after the grace period, abandoned;
     * their runs can be resumed. Returns at the latest one second after the grace period, and after the
     * listeners' grace period if they have not been told everything by then; a second call does nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        active.forEach(RunExecution::shutDown);
        awaitEnds();
        settings.listeners().close(listenerGrace);
        threads.shutdownNow();
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

    private void awaitEnds() {
        long deadline = System.nanoTime() + SystemTime.nanos(grace) + TimeUnit.SECONDS.toNanos(1);
        for (RunExecution execution : active) {
            try {
                execution
                        .end()
                        .handle((report, failure) -> 0)
                        .get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
                return;
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException late) {
                LOG.warn(
                        "run {} has not ended within the grace period",
                        execution.run().id());
            }
        }
    }
}
