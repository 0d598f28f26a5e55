package etl.schedule;

import etl.core.DataInterval;
import etl.core.Schedule;
import etl.core.Timing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * When the ticks of a schedule are. Immutable and safe for use by many threads.
 *
 * <p>A cron expression means the clock of its zone. One that comes in every hour ticks whenever the clock shows one of its
 * times. Any other ticks exactly once for each of its times when the clock is changed: a time that is jumped over comes as
 * much later as the clock jumps (02:30 is 03:30), and one that is shown twice comes the first time. If the day of the
 * month and the day of the week are both restricted, either of them is enough, as in Unix.
 */
public final class Timetable {
    private static final Ticks NONE = new Ticks() {
        @Override
        public Optional<Instant> next(Instant after) {
            return Optional.empty();
        }

        @Override
        public Optional<Instant> previous(Instant before) {
            return Optional.empty();
        }
    };

    private final Schedule schedule;
    private final Ticks ticks;
    private final Instant start;
    private final Instant end;

    private Timetable(Schedule schedule) {
        this.schedule = schedule;
        this.ticks = ticks(schedule.timing());
        this.start = schedule.start().orElse(Ticks.FIRST);
        this.end = schedule.end().orElse(Ticks.LAST);
    }

    private static Ticks ticks(Timing timing) {
        if (timing instanceof Timing.Cron cron) {
            return new CronTicks(cron);
        }
        return timing instanceof Timing.Every every ? new IntervalTicks(every) : NONE;
    }

    /**
     * The timetable of a schedule.
     *
     * @param schedule the schedule
     * @return its timetable; that of a manual schedule is empty
     * @throws IllegalArgumentException if its cron expression is wrong; the message names the field
     */
    public static Timetable of(Schedule schedule) {
        return new Timetable(schedule);
    }

    /**
     * The first tick after a moment.
     *
     * @param after the moment
     * @return the tick, or empty if there is none before the schedule's end
     */
    public Optional<Instant> next(Instant after) {
        if (!after.isBefore(end)) {
            return Optional.empty();
        }
        return ticks.next(after.isBefore(start) ? start.minusSeconds(1) : after).filter(tick -> !tick.isAfter(end));
    }

    /**
     * The last tick before a moment.
     *
     * @param before the moment
     * @return the tick, or empty if there is none since the schedule's start
     */
    public Optional<Instant> previous(Instant before) {
        if (!before.isAfter(start)) {
            return Optional.empty();
        }
        return ticks.previous(before.isAfter(end) ? end.plusSeconds(1) : before).filter(tick -> !tick.isBefore(start));
    }

    /**
     * The data that the run of a tick works on: from the tick before, even if that is before the schedule's start, to this
     * one.
     *
     * @param tick a tick of this timetable
     * @return the interval
     * @throws IllegalArgumentException if it is no tick of this timetable
     */
    public DataInterval interval(Instant tick) {
        if (next(tick.minusNanos(1)).filter(tick::equals).isEmpty()) {
            throw new IllegalArgumentException(tick + " is no tick of " + schedule + "; take one from next(...)");
        }
        Instant before = ticks.previous(tick).orElse(Ticks.FIRST.minusSeconds(1));
        return new DataInterval(before, tick);
    }

    /**
     * The data intervals that lie within a range.
     *
     * @param from none begins before
     * @param to none ends after
     * @param limit how many are read at most
     * @return the intervals, the oldest first
     */
    public List<DataInterval> intervals(Instant from, Instant to, int limit) {
        List<DataInterval> intervals = new ArrayList<>();
        Optional<Instant> tick = next(from);
        Instant begin = tick.flatMap(ticks::previous).orElse(Ticks.FIRST);
        while (tick.filter(end -> !end.isAfter(to)).isPresent() && intervals.size() < limit) {
            if (!begin.isBefore(from)) {
                intervals.add(new DataInterval(begin, tick.get()));
            }
            begin = tick.get();
            tick = next(begin);
        }
        return Collections.unmodifiableList(intervals);
    }

    /**
     * The schedule.
     *
     * @return what was given
     */
    public Schedule schedule() {
        return schedule;
    }
}
