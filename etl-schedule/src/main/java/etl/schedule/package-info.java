/** Schedules: when their ticks are, the scheduler that starts runs at them, and backfills. */
@NullMarked
package etl.schedule;

import org.jspecify.annotations.NullMarked;
