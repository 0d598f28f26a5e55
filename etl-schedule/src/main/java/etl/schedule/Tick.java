package etl.schedule;

import etl.core.DataInterval;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Why a run of a schedule is started, from which its arguments may be made. Immutable and safe for use by many threads.
 *
 * @param schedule the schedule's name
 * @param at the moment of the tick, or that at which the run was triggered
 * @param dataInterval the data that the run works on: for a tick that from the tick before to this one; for a run that was
 *     triggered the newest one of the schedule that is over; empty for a manual schedule
 * @param event the key of the event that triggered the run, or empty
 */
public record Tick(String schedule, Instant at, Optional<DataInterval> dataInterval, Optional<String> event) {
    /**
     * A tick.
     *
     * @param schedule the schedule's name
     * @param at the moment
     * @param dataInterval the data that the run works on
     * @param event the key of the event
     */
    public Tick {
        Objects.requireNonNull(schedule, "schedule");
        Objects.requireNonNull(at, "at");
    }
}
