package etl.schedule;

import etl.core.Etl;
import etl.core.RunHandle;
import etl.core.spi.StoredSchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts runs of pipelines by their schedules. Each tick starts one run, however many processes keep the same schedules on
 * the same store; any of them may end and begin again at any time. Safe for use by many threads.
 *
 * <p>One that was {@linkplain SchedulerBuilder#build() built} but not started can be asked, paused and triggered.
 *
 * <p>All schedules share one thread, which sleeps between ticks. Turning the clock neither loses nor repeats a tick. While
 * the store cannot be used, nothing starts; afterwards {@link etl.core.MissedTicks} says what is made good.
 */
public final class Scheduler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final long CLOSING_SECONDS = 10;

    private final Etl etl;
    private final ScheduledRuns runs;
    private final Map<String, ScheduledPipeline> schedules;
    private final Optional<ExecutorService> ownThread;
    private final Ticker ticker;
    private volatile boolean started;

    Scheduler(Etl etl, Map<String, ScheduledPipeline> schedules, Optional<Executor> executor, Duration poll) {
        this.etl = etl;
        this.runs = new ScheduledRuns(etl);
        this.schedules = new LinkedHashMap<>(schedules);
        this.ownThread = executor.isPresent() ? Optional.empty() : Optional.of(thread());
        this.ticker = new Ticker(runs, this.schedules.values(), executor.orElseGet(ownThread::orElseThrow), poll);
    }

    private static ExecutorService thread() {
        return Executors.newSingleThreadExecutor(action -> {
            Thread thread = new Thread(action, "etl-scheduler");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Begins the configuration of a scheduler.
     *
     * @param etl the orchestrator that executes the runs, with its store and its clock
     * @return a builder with the defaults
     */
    public static SchedulerBuilder builder(Etl etl) {
        return new SchedulerBuilder(etl);
    }

    void start() {
        try {
            schedules.values().forEach(ticker::register);
        } catch (RuntimeException | Error notStarted) {
            close();
            throw notStarted;
        }
        started = true;
        ticker.wake();
    }

    /**
     * Where all schedules stand.
     *
     * @return one status each, in the order in which they were added
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public List<ScheduleStatus> status() {
        return schedules.values().stream().map(this::status).toList();
    }

    /**
     * Where a schedule stands.
     *
     * @param name the schedule's name
     * @return its status at this moment
     * @throws IllegalArgumentException if this scheduler has no such schedule
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public ScheduleStatus status(String name) {
        return status(scheduled(name));
    }

    private ScheduleStatus status(ScheduledPipeline scheduled) {
        Instant now = etl.time().instant();
        Optional<StoredSchedule> stored = etl.store().schedules().find(scheduled.name());
        StoredSchedule standing = stored.orElseGet(() -> scheduled.first(now));
        return new ScheduleStatus(
                scheduled.name(),
                scheduled.pipeline().name(),
                scheduled.schedule(),
                stored.isPresent(),
                standing.paused(),
                standing.paused() ? Optional.empty() : scheduled.next(standing, now),
                runs.active(scheduled).size());
    }

    /**
     * Lets a schedule start no more runs at its ticks, in all processes, until it is resumed. Runs that are under way go on,
     * and it can still be triggered.
     *
     * @param name the schedule's name
     * @throws IllegalArgumentException if this scheduler has no such schedule, or it belongs to another pipeline in this
     *     store
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public void pause(String name) {
        ticker.register(scheduled(name));
        etl.store().schedules().pause(name, true);
    }

    /**
     * Lets a schedule go on that was paused; {@link etl.core.MissedTicks} says what becomes of the ticks meanwhile.
     *
     * @param name the schedule's name
     * @throws IllegalArgumentException if this scheduler has no such schedule
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public void resume(String name) {
        scheduled(name);
        etl.store().schedules().pause(name, false);
        if (started) {
            ticker.wake();
        }
    }

    /**
     * Starts a run of a schedule now, whether it is paused or as many runs as allowed are active.
     *
     * @param name the schedule's name
     * @return the run
     * @throws IllegalArgumentException if this scheduler has no such schedule
     * @throws etl.core.ArgumentsInvalidException if the arguments that the schedule makes do not fit
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public RunHandle trigger(String name) {
        ScheduledPipeline scheduled = scheduled(name);
        Tick tick = scheduled.triggered(etl.time().instant(), Optional.empty());
        return runs.start(scheduled, tick, scheduled.keyPrefix() + "manual/" + UUID.randomUUID());
    }

    /**
     * Starts a run of a schedule for an event, once: for an event that has a run already, in whatever process it was
     * started, that run is returned.
     *
     * @param name the schedule's name
     * @param event the key of the event, for example the name of a file that has arrived
     * @return the run
     * @throws IllegalArgumentException if this scheduler has no such schedule, or the key is blank or too long
     * @throws etl.core.ArgumentsInvalidException if the arguments that the schedule makes do not fit
     * @throws etl.core.RunKeyConflictException if the event has a run of another definition of the pipeline
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public RunHandle trigger(String name, String event) {
        ScheduledPipeline scheduled = scheduled(name);
        String key = scheduled.eventKey(event);
        return runs.startOnce(scheduled, scheduled.triggered(etl.time().instant(), Optional.of(event)), key);
    }

    private ScheduledPipeline scheduled(String name) {
        ScheduledPipeline found = schedules.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "there is no schedule '" + name + "'; known: " + String.join(", ", schedules.keySet()));
        }
        return found;
    }

    /**
     * Starts no more runs. Those that are under way go on; {@link Etl#close()} ends them. A second call does nothing.
     */
    @Override
    public void close() {
        ticker.close();
        ownThread.ifPresent(thread -> {
            thread.shutdown();
            try {
                if (!thread.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                    LOG.warn("the scheduler still waits for the store");
                }
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
