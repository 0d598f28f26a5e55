package etl.schedule;

import java.time.Instant;
import java.util.Optional;

/** The ticks of a timing without beginning and end, in whole seconds. */
interface Ticks {
    Instant FIRST = Instant.parse("0001-01-02T00:00:00Z");
    Instant LAST = Instant.parse("9999-12-30T00:00:00Z");

    /** The first tick after a moment, or empty if there is none until the year 9999. */
    Optional<Instant> next(Instant after);

    /** The last tick before a moment, or empty if there is none since the year 1. */
    Optional<Instant> previous(Instant before);
}
