package etl.schedule;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.Schedule;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Configures a scheduler. Not safe for use by many threads.
 *
 * <p>Defaults: a daemon thread of its own, a look into the store at least every 10 seconds. Runs whose
 * process has died are resumed by an orchestrator that {@linkplain etl.core.EtlBuilder#recover recovers} their pipelines.
 */
public final class SchedulerBuilder {
    /** How often the store is looked into while nothing is due, unless told otherwise. */
    public static final Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(10);

    private final Etl etl;
    private final Map<String, ScheduledPipeline> schedules = new LinkedHashMap<>();
    private Optional<Executor> executor = Optional.empty();
    private Duration pollInterval = DEFAULT_POLL_INTERVAL;

    SchedulerBuilder(Etl etl) {
        this.etl = Objects.requireNonNull(etl, "etl");
    }

    /**
     * Adds a pipeline with the schedule that it declares, under the pipeline's name; its runs have the defaults of its
     * parameters.
     *
     * @param pipeline a pipeline with a schedule
     * @return this builder
     * @throws IllegalArgumentException if the pipeline declares no schedule or a wrong cron expression, or a schedule of
     *     this name was added before
     */
    public SchedulerBuilder schedule(Pipeline pipeline) {
        return schedule(pipeline, tick -> Arguments.none());
    }

    /**
     * Adds a pipeline with the schedule that it declares, under the pipeline's name.
     *
     * @param pipeline a pipeline with a schedule
     * @param arguments makes the arguments of each run; the same tick must give the same ones in every process
     * @return this builder
     * @throws IllegalArgumentException if the pipeline declares no schedule or a wrong cron expression, or a schedule of
     *     this name was added before
     */
    public SchedulerBuilder schedule(Pipeline pipeline, Function<? super Tick, Arguments> arguments) {
        Schedule declared = pipeline.schedule()
                .orElseThrow(() -> new IllegalArgumentException("pipeline '" + pipeline.name()
                        + "' declares no schedule; add schedule(...) to its builder, or give one here"));
        return schedule(pipeline.name(), pipeline, declared, arguments);
    }

    /**
     * Adds a pipeline with a schedule of a name of its own.
     *
     * @param name the name by which the store knows the schedule: letters, digits, '_' and '-', at most 200
     * @param pipeline the pipeline, whose own schedule is left aside
     * @param schedule when it runs
     * @param arguments makes the arguments of each run; the same tick must give the same ones in every process
     * @return this builder
     * @throws IllegalArgumentException if the name is malformed or was added before, or the cron expression is wrong
     */
    public SchedulerBuilder schedule(
            String name, Pipeline pipeline, Schedule schedule, Function<? super Tick, Arguments> arguments) {
        ScheduledPipeline added = new ScheduledPipeline(name, pipeline, Timetable.of(schedule), arguments);
        if (schedules.putIfAbsent(name, added) != null) {
            throw new IllegalArgumentException(
                    "schedule '" + name + "' was added before; give one of the two another name");
        }
        return this;
    }

    /**
     * Sets how often the store is looked into while nothing is due. So long may it take until a pause, a resume or the end
     * of a run is noticed that another process has made, and until a clock that was turned is.
     *
     * @param interval positive; default {@link #DEFAULT_POLL_INTERVAL}
     * @return this builder
     * @throws IllegalArgumentException if the interval is not positive
     */
    public SchedulerBuilder pollInterval(Duration interval) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("pollInterval must be longer than zero, was " + interval);
        }
        pollInterval = interval;
        return this;
    }

    /**
     * Sets where the scheduler works: it reads the store and starts runs there.
     *
     * @param newExecutor an executor of the host, which is not shut down; {@code Runnable::run} lets a test's clock drive it
     * @return this builder
     */
    public SchedulerBuilder executor(Executor newExecutor) {
        executor = Optional.of(newExecutor);
        return this;
    }

    /**
     * Makes a scheduler that starts no runs by itself, to look after schedules that another process keeps: to ask where
     * they stand, to pause and to trigger them.
     *
     * @return the scheduler, which the caller closes before the orchestrator
     * @throws IllegalArgumentException if no schedule was added
     */
    public Scheduler build() {
        if (schedules.isEmpty()) {
            throw new IllegalArgumentException("there is no schedule; add one with schedule(pipeline)");
        }
        return new Scheduler(etl, schedules, executor, pollInterval);
    }

    /**
     * Registers the schedules in the store and begins to start runs at their ticks.
     *
     * @return the scheduler, which the caller closes before the orchestrator
     * @throws IllegalArgumentException if no schedule was added, or one of them belongs to another pipeline in this store
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public Scheduler start() {
        Scheduler scheduler = build();
        scheduler.start();
        return scheduler;
    }
}
