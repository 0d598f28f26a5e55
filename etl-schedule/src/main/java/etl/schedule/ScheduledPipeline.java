package etl.schedule;

import etl.core.Arguments;
import etl.core.MissedTicks;
import etl.core.Pipeline;
import etl.core.RunOptions;
import etl.core.Schedule;
import etl.core.spi.StoredSchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** A pipeline with its schedule: which tick comes next, and how its run is called. */
record ScheduledPipeline(
        String name, Pipeline pipeline, Timetable timetable, Function<? super Tick, Arguments> arguments) {
    /** A tick that starts no run within this time is missed. */
    private static final Duration IN_TIME = Duration.ofMinutes(1);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,200}");

    ScheduledPipeline {
        Objects.requireNonNull(pipeline, "pipeline");
        Objects.requireNonNull(arguments, "arguments");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("schedule name '" + name.replaceAll("\\p{Cntrl}", "?")
                    + "' is not allowed: use 1 to 200 letters, digits, '_' or '-'");
        }
    }

    Schedule schedule() {
        return timetable.schedule();
    }

    /** What the keys of all its runs begin with. */
    String keyPrefix() {
        return "schedule/" + name + "/";
    }

    String key(Instant tick) {
        return keyPrefix() + tick;
    }

    String eventKey(String event) {
        String key = keyPrefix() + "event/" + Objects.requireNonNull(event, "event");
        if (event.isBlank() || key.length() > RunOptions.LONGEST_KEY) {
            throw new IllegalArgumentException("the key of an event of schedule '" + name + "' has 1 to "
                    + (RunOptions.LONGEST_KEY - key.length() + event.length()) + " characters, not all of them blank,"
                    + " but this one has " + event.length() + "; use a hash of it");
        }
        return key;
    }

    Tick tick(Instant at) {
        return new Tick(name, at, Optional.of(timetable.interval(at)), Optional.empty());
    }

    Tick triggered(Instant now, Optional<String> event) {
        return new Tick(name, now, timetable.previous(now.plusNanos(1)).map(timetable::interval), event);
    }

    /** When the run of a tick starts. */
    Instant due(Instant tick) {
        return tick.plus(Jitter.of(name, tick, schedule().jitter(), timetable.next(tick)));
    }

    /** Where a schedule stands that is seen for the first time. */
    StoredSchedule first(Instant now) {
        Instant handled = schedule()
                .start()
                .filter(start -> schedule().catchesUp() && start.isBefore(now))
                .map(start -> start.minusSeconds(1))
                .orElse(now);
        return new StoredSchedule(name, pipeline.name(), schedule().timing().toString(), now, handled, false);
    }

    /** The tick that starts the next run, due or to come. */
    Optional<Instant> next(StoredSchedule stored, Instant now) {
        Optional<Instant> first = timetable.next(stored.handledUntil());
        boolean everyOne = schedule().missed() == MissedTicks.ALL
                || first.filter(tick -> tick.isAfter(stored.registeredAt())).isEmpty();
        if (everyOne) {
            return first;
        }
        return schedule().missed() == MissedTicks.LATEST
                ? Optional.of(latest(first.get(), now))
                : inTime(first.get(), now.minus(IN_TIME));
    }

    /** The last one that is due, or the first one if none is. */
    private Instant latest(Instant first, Instant now) {
        Optional<Instant> passed = timetable.previous(now.plusNanos(1));
        Optional<Instant> due = passed.filter(tick -> due(tick).isAfter(now)).isPresent()
                ? passed.flatMap(timetable::previous)
                : passed;
        return due.filter(first::isBefore).orElse(first);
    }

    /** The first one that is not due before a moment. */
    private Optional<Instant> inTime(Instant first, Instant moment) {
        if (!due(first).isBefore(moment)) {
            return Optional.of(first);
        }
        Instant passed =
                timetable.previous(moment.plusNanos(1)).filter(first::isBefore).orElse(first);
        return due(passed).isBefore(moment) ? timetable.next(passed) : Optional.of(passed);
    }
}
