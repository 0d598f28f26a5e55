package etl.schedule;

import etl.core.Schedule;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a schedule stands at one moment.
 *
 * @param name its name
 * @param pipeline the name of the pipeline whose runs it starts
 * @param schedule when it ticks
 * @param registered whether a scheduler has kept it on this store before
 * @param paused whether it starts no runs at its ticks
 * @param nextTick the tick that starts the next run, which may be over if its run is held back; empty if there is none any
 *     more or the schedule is paused
 * @param activeRuns how many of its runs have not ended
 */
public record ScheduleStatus(
        String name,
        String pipeline,
        Schedule schedule,
        boolean registered,
        boolean paused,
        Optional<Instant> nextTick,
        int activeRuns) {}
