package etl.core.spi;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Where a schedule stands. Moments are cut to the microsecond.
 *
 * @param name its name
 * @param pipeline the pipeline whose runs it starts
 * @param timing the text of what makes it tick, to tell when that has changed
 * @param registeredAt when a scheduler first saw it
 * @param handledUntil the ticks up to this moment, and at it, are done with
 * @param paused whether it starts no runs
 */
public record StoredSchedule(
        String name, String pipeline, String timing, Instant registeredAt, Instant handledUntil, boolean paused) {
    /**
     * Cuts the moments to the microsecond.
     *
     * @param name its name
     * @param pipeline the pipeline whose runs it starts
     * @param timing the text of what makes it tick
     * @param registeredAt when a scheduler first saw it
     * @param handledUntil the ticks up to this moment are done with
     * @param paused whether it starts no runs
     */
    public StoredSchedule {
        registeredAt = registeredAt.truncatedTo(ChronoUnit.MICROS);
        handledUntil = handledUntil.truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * Whether there may be ticks to handle that came before it was registered.
     *
     * @return true until the first tick after its registration has been handled
     */
    public boolean isCatchingUp() {
        return handledUntil.isBefore(registeredAt);
    }
}
