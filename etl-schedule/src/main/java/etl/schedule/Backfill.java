package etl.schedule;

import etl.core.Arguments;
import etl.core.DataInterval;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.Schedule;
import etl.core.spi.StateStoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs of a pipeline for all data intervals of a range, one each. What has SUCCEEDED, by this backfill, by an earlier one or
 * by the scheduler, is not repeated; what has failed, or was interrupted with its process, is resumed. So a backfill that
 * ended in the middle is simply started again. While one is under way, no other process may execute runs of the same
 * intervals. The in-memory store forgets all but the newest runs that have ended, and with them what is not to be repeated.
 * Each method returns a changed copy. Immutable and safe for use by many threads.
 *
 * <p>Defaults: the pipeline's name as the schedule's, one run at a time, the oldest interval first, no arguments.
 */
public final class Backfill {
    /** How many intervals a backfill may have. */
    public static final int MOST_INTERVALS = 100_000;

    private final ScheduledPipeline scheduled;
    private final List<DataInterval> intervals;
    private final int parallelism;
    private final Consumer<? super BackfillProgress> listener;

    private Backfill(
            ScheduledPipeline scheduled,
            List<DataInterval> intervals,
            int parallelism,
            Consumer<? super BackfillProgress> listener) {
        this.scheduled = scheduled;
        this.intervals = intervals;
        this.parallelism = parallelism;
        this.listener = listener;
    }

    /**
     * A backfill of a range.
     *
     * @param pipeline the pipeline
     * @param schedule whose data intervals there are; its start and end hold, too
     * @param from no interval begins before
     * @param to no interval ends after
     * @return the backfill
     * @throws IllegalArgumentException if the cron expression is wrong, or the range has no interval or more than
     *     {@link #MOST_INTERVALS}
     */
    public static Backfill of(Pipeline pipeline, Schedule schedule, Instant from, Instant to) {
        ScheduledPipeline scheduled =
                new ScheduledPipeline(pipeline.name(), pipeline, Timetable.of(schedule), tick -> Arguments.none());
        List<DataInterval> intervals = scheduled.timetable().intervals(from, to, MOST_INTERVALS + 1);
        if (intervals.isEmpty()) {
            throw new IllegalArgumentException("no data interval of " + schedule + " lies between " + from + " and "
                    + to + "; take a longer range");
        }
        if (intervals.size() > MOST_INTERVALS) {
            throw new IllegalArgumentException("there are more than " + MOST_INTERVALS + " data intervals between "
                    + from + " and " + to + "; take a shorter range");
        }
        return new Backfill(scheduled, intervals, 1, progress -> {});
    }

    /**
     * A backfill of a range by the schedule that the pipeline declares.
     *
     * @param pipeline a pipeline with a schedule
     * @param from no interval begins before
     * @param to no interval ends after
     * @return the backfill
     * @throws IllegalArgumentException if the pipeline declares no schedule, its cron expression is wrong, or the range has
     *     no interval or more than {@link #MOST_INTERVALS}
     */
    public static Backfill of(Pipeline pipeline, Instant from, Instant to) {
        Schedule declared = pipeline.schedule()
                .orElseThrow(() -> new IllegalArgumentException("pipeline '" + pipeline.name()
                        + "' declares no schedule; add schedule(...) to its builder, or give one here"));
        return of(pipeline, declared, from, to);
    }

    /**
     * Shares the runs with the schedule of another name than the pipeline's.
     *
     * @param scheduleName the name by which the scheduler knows the schedule
     * @return the changed copy
     * @throws IllegalArgumentException if the name is malformed
     */
    public Backfill named(String scheduleName) {
        return with(new ScheduledPipeline(
                scheduleName, scheduled.pipeline(), scheduled.timetable(), scheduled.arguments()));
    }

    /**
     * Makes the arguments of each run; those of a run that exists already are kept.
     *
     * @param arguments is given the interval, and the moment of its end as the tick
     * @return the changed copy
     */
    public Backfill arguments(Function<? super Tick, Arguments> arguments) {
        return with(new ScheduledPipeline(scheduled.name(), scheduled.pipeline(), scheduled.timetable(), arguments));
    }

    private Backfill with(ScheduledPipeline changed) {
        return new Backfill(changed, intervals, parallelism, listener);
    }

    /**
     * Sets how many runs are under way at once.
     *
     * @param runs at least 1
     * @return the changed copy
     * @throws IllegalArgumentException if the number is less than 1
     */
    public Backfill parallelism(int runs) {
        if (runs < 1) {
            throw new IllegalArgumentException("parallelism must be at least 1, was " + runs);
        }
        return new Backfill(scheduled, intervals, runs, listener);
    }

    /**
     * Begins with the newest interval.
     *
     * @return the changed copy
     */
    public Backfill newestFirst() {
        List<DataInterval> ordered = new ArrayList<>(intervals);
        ordered.sort((one, other) -> other.start().compareTo(one.start()));
        return new Backfill(scheduled, Collections.unmodifiableList(ordered), parallelism, listener);
    }

    /**
     * Tells how far the backfill has come: at its start and after each interval. A listener that fails does not change the
     * backfill.
     *
     * @param newListener is called by the thread that runs the backfill
     * @return the changed copy
     */
    public Backfill onProgress(Consumer<? super BackfillProgress> newListener) {
        Objects.requireNonNull(newListener, "listener");
        return new Backfill(scheduled, intervals, parallelism, newListener);
    }

    /**
     * The intervals in the order in which they are run.
     *
     * @return an unmodifiable list
     */
    public List<DataInterval> intervals() {
        return intervals;
    }

    /**
     * A dry run: how things stand with each interval, without starting anything.
     *
     * @param etl the orchestrator with the store
     * @return the intervals in the order in which they would be run; a run that has not {@link IntervalState#SUCCEEDED} is
     *     resumed by {@link #run}, an interval without a run gets one
     * @throws StateStoreException if the store cannot be used
     */
    public BackfillReport plan(Etl etl) {
        return new BackfillRun(etl, this).plan();
    }

    /**
     * Runs the backfill and waits for its end. If the calling thread is interrupted, or the orchestrator closed, no more
     * runs are started, those of this backfill that are active are cancelled or stopped, and the rest is reported as
     * {@link IntervalState#NOT_RUN}; the thread's interrupt flag is set again.
     *
     * @param etl the orchestrator that executes the runs
     * @return what became of each interval, in the order in which they were run
     * @throws etl.core.ArgumentsInvalidException if arguments do not fit the parameters; runs that are active go on
     * @throws StateStoreException if the store cannot be used; runs that are active go on
     */
    public BackfillReport run(Etl etl) {
        return new BackfillRun(etl, this).run();
    }

    ScheduledPipeline scheduled() {
        return scheduled;
    }

    int parallelism() {
        return parallelism;
    }

    Consumer<? super BackfillProgress> listener() {
        return listener;
    }
}
