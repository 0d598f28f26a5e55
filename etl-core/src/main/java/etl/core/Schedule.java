package etl.core;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * When a pipeline runs: plain data, which a scheduler keeps and an engine's exporter translates. Its moments are called
 * ticks. Each method returns a changed copy. Immutable and safe for use by many threads.
 *
 * <p>Defaults: no first and no last tick, no catch-up, {@link MissedTicks#LATEST}, at most {@link #DEFAULT_MAX_ACTIVE_RUNS}
 * runs at once, no jitter.
 */
public final class Schedule {
    /** How many runs of a schedule may be under way at once, unless told otherwise. */
    public static final int DEFAULT_MAX_ACTIVE_RUNS = 16;

    private static final Instant EARLIEST = Instant.parse("0002-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9998-12-31T23:59:59Z");

    private final Timing timing;
    private final Optional<Instant> start;
    private final Optional<Instant> end;
    private final boolean catchesUp;
    private final MissedTicks missed;
    private final int maxActiveRuns;
    private final Duration jitter;

    private Schedule(
            Timing timing,
            Optional<Instant> start,
            Optional<Instant> end,
            boolean catchesUp,
            MissedTicks missed,
            int maxActiveRuns,
            Duration jitter) {
        this.timing = timing;
        this.start = start;
        this.end = end;
        this.catchesUp = catchesUp;
        this.missed = missed;
        this.maxActiveRuns = maxActiveRuns;
        this.jitter = jitter;
        if (start.isPresent() && end.isPresent() && start.get().isAfter(end.get())) {
            throw new IllegalArgumentException("a schedule ends after its start, but this one starts at " + start.get()
                    + " and ends at " + end.get());
        }
    }

    private static Schedule of(Timing timing) {
        return new Schedule(
                timing,
                Optional.empty(),
                Optional.empty(),
                false,
                MissedTicks.LATEST,
                DEFAULT_MAX_ACTIVE_RUNS,
                Duration.ZERO);
    }

    /**
     * Ticks at the times of a cron expression. Its fields are read by who runs the schedule; here it is only checked that
     * it has five of them.
     *
     * @param expression minute, hour, day of month, month, day of week, as in Unix; or {@code @hourly}, {@code @daily},
     *     {@code @midnight}, {@code @weekly}, {@code @monthly}, {@code @yearly}, {@code @annually}
     * @param zone whose clock it means
     * @return the schedule
     * @throws IllegalArgumentException if the expression has not five fields and is none of these words
     */
    public static Schedule cron(String expression, ZoneId zone) {
        return of(new Timing.Cron(expression, zone));
    }

    /**
     * Ticks again and again after the same time, whatever clocks say: with a day as interval it moves by an hour when the
     * clocks change. The ticks are whole intervals away from the start, or from 1970-01-01T00:00:00Z if there is none.
     *
     * @param interval whole seconds, at least one
     * @return the schedule
     * @throws IllegalArgumentException if the interval is shorter than a second or has parts of a second
     */
    public static Schedule every(Duration interval) {
        return of(new Timing.Every(interval, Instant.EPOCH));
    }

    /**
     * Never ticks: runs are triggered by hand or by events.
     *
     * @return the schedule
     */
    public static Schedule manual() {
        return of(new Timing.Manual());
    }

    /**
     * Has no tick before a moment; the ticks of an interval are counted from it.
     *
     * @param first the first moment that may be a tick, in whole seconds
     * @return the changed copy, without catch-up
     * @throws IllegalArgumentException if it has parts of a second, is after the end, or not in the years 2 to 9998
     * @throws IllegalStateException if the schedule never ticks
     */
    public Schedule startingAt(Instant first) {
        return from(first, false);
    }

    /**
     * Has no tick before a moment, and makes good for those between that moment and the one at which the schedule is first
     * seen by a scheduler: all of them, in their order, whatever {@link #missed} says.
     *
     * @param first the first moment that may be a tick, in whole seconds
     * @return the changed copy
     * @throws IllegalArgumentException if it has parts of a second, is after the end, or not in the years 2 to 9998
     * @throws IllegalStateException if the schedule never ticks
     */
    public Schedule catchUpFrom(Instant first) {
        return from(first, true);
    }

    private Schedule from(Instant first, boolean newCatchUp) {
        requireTicks("a start");
        Instant whole = wholeSeconds(first, "start");
        return new Schedule(timing.from(whole), Optional.of(whole), end, newCatchUp, missed, maxActiveRuns, jitter);
    }

    /**
     * Has no tick after a moment.
     *
     * @param last the last moment that may be a tick, in whole seconds
     * @return the changed copy
     * @throws IllegalArgumentException if it has parts of a second, is before the start, or not in the years 2 to 9998
     * @throws IllegalStateException if the schedule never ticks
     */
    public Schedule endingAt(Instant last) {
        requireTicks("an end");
        Instant whole = wholeSeconds(last, "end");
        return new Schedule(timing, start, Optional.of(whole), catchesUp, missed, maxActiveRuns, jitter);
    }

    /**
     * Says what becomes of ticks that could not start a run in time.
     *
     * @param policy what to do
     * @return the changed copy
     */
    public Schedule missed(MissedTicks policy) {
        Objects.requireNonNull(policy, "policy");
        return new Schedule(timing, start, end, catchesUp, policy, maxActiveRuns, jitter);
    }

    /**
     * Limits how many runs of the schedule are under way at once, in all processes together; ticks wait meanwhile.
     *
     * @param limit at least 1
     * @return the changed copy
     * @throws IllegalArgumentException if the limit is less than 1
     */
    public Schedule maxActiveRuns(int limit) {
        Checks.atLeastOne(limit, "maxActiveRuns");
        return new Schedule(timing, start, end, catchesUp, missed, limit, jitter);
    }

    /**
     * Starts each run a little after its tick, so that not all schedules of the same minute start at once. How much later
     * follows from the schedule's name and the tick, the same in every process, and is always before the next tick.
     *
     * @param longest the longest delay, not negative
     * @return the changed copy
     * @throws IllegalArgumentException if the delay is negative
     * @throws IllegalStateException if the schedule never ticks
     */
    public Schedule jitter(Duration longest) {
        requireTicks("jitter");
        Checks.notNegative(longest, "jitter");
        return new Schedule(timing, start, end, catchesUp, missed, maxActiveRuns, longest);
    }

    private void requireTicks(String what) {
        if (timing instanceof Timing.Manual) {
            throw new IllegalStateException(
                    "a manual schedule has no ticks and cannot have " + what + "; begin with cron(...) or every(...)");
        }
    }

    private static Instant wholeSeconds(Instant moment, String name) {
        if (!moment.equals(moment.truncatedTo(ChronoUnit.SECONDS))) {
            throw new IllegalArgumentException("the " + name + " of a schedule has parts of a second: " + moment
                    + "; use truncatedTo(ChronoUnit.SECONDS)");
        }
        if (moment.isBefore(EARLIEST) || moment.isAfter(LATEST)) {
            throw new IllegalArgumentException(
                    "the " + name + " of a schedule is in the years 2 to 9998, but this one is " + moment);
        }
        return moment;
    }

    /**
     * What makes it tick.
     *
     * @return a cron expression, an interval, or nothing
     */
    public Timing timing() {
        return timing;
    }

    /**
     * The first moment that may be a tick.
     *
     * @return the moment, or empty for no bound
     */
    public Optional<Instant> start() {
        return start;
    }

    /**
     * The last moment that may be a tick.
     *
     * @return the moment, or empty for no bound
     */
    public Optional<Instant> end() {
        return end;
    }

    /**
     * Whether the ticks between the start and the first registration are made good.
     *
     * @return true if they are
     */
    public boolean catchesUp() {
        return catchesUp;
    }

    /**
     * What becomes of ticks that could not start a run in time.
     *
     * @return the policy
     */
    public MissedTicks missed() {
        return missed;
    }

    /**
     * How many runs of the schedule may be under way at once.
     *
     * @return at least 1
     */
    public int maxActiveRuns() {
        return maxActiveRuns;
    }

    /**
     * By how much a run may start after its tick.
     *
     * @return the longest delay, zero for none
     */
    public Duration jitter() {
        return jitter;
    }

    private List<Object> parts() {
        return List.of(timing, start, end, catchesUp, missed, maxActiveRuns, jitter);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Schedule that && parts().equals(that.parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(timing.toString());
        start.ifPresent(first -> text.append(catchesUp ? ", catching up from " : ", starting at ")
                .append(first));
        end.ifPresent(last -> text.append(", ending at ").append(last));
        text.append(", missed ticks: ").append(missed);
        text.append(", at most ").append(maxActiveRuns).append(" active runs");
        return jitter.isZero()
                ? text.toString()
                : text.append(", jitter ").append(jitter).toString();
    }
}
