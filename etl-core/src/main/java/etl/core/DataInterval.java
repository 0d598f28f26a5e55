package etl.core;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * The stretch of time whose data a run works on: for a scheduled run the time from the tick before to its own tick. What
 * is finer than a microsecond is cut off, because databases keep no more. Immutable and safe for use by many threads.
 *
 * @param start its first moment
 * @param end the first moment after it
 */
public record DataInterval(Instant start, Instant end) {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    /**
     * An interval.
     *
     * @param start its first moment, not before the year 1
     * @param end the first moment after it, not after the year 9999
     * @throws IllegalArgumentException if the end is not after the start, or one of them is outside these years
     */
    public DataInterval {
        start = kept(start, "start");
        end = kept(end, "end");
        if (!start.isBefore(end)) {
            throw new IllegalArgumentException(
                    "a data interval ends after its start, but this one is from " + start + " to " + end);
        }
    }

    private static Instant kept(Instant moment, String name) {
        Objects.requireNonNull(moment, name);
        if (moment.isBefore(FIRST) || moment.isAfter(LAST)) {
            throw new IllegalArgumentException(
                    "the " + name + " of a data interval is in the years 1 to 9999, but this one is " + moment);
        }
        return moment.truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * Reads the form that {@link #toString()} writes.
     *
     * @param text two instants with a slash between them, such as {@code 2001-01-01T00:00:00Z/2001-01-02T00:00:00Z}
     * @return the interval
     * @throws IllegalArgumentException if the text is something else
     */
    public static DataInterval parse(String text) {
        int slash = text.indexOf('/');
        try {
            return new DataInterval(
                    Instant.parse(text.substring(0, Math.max(0, slash))), Instant.parse(text.substring(slash + 1)));
        } catch (DateTimeParseException malformed) {
            throw new IllegalArgumentException(
                    Quoted.of(text) + " is no data interval; one looks like 2001-01-01T00:00:00Z/2001-01-02T00:00:00Z",
                    malformed);
        }
    }

    /**
     * Whether a moment belongs to the interval.
     *
     * @param moment the moment
     * @return true from the start on and before the end
     */
    public boolean contains(Instant moment) {
        return !moment.isBefore(start) && moment.isBefore(end);
    }

    /**
     * How long the interval is.
     *
     * @return the time from its start to its end; a day with a change of the clock has 23 or 25 hours
     */
    public Duration duration() {
        return Duration.between(start, end);
    }

    @Override
    public String toString() {
        return start + "/" + end;
    }
}
