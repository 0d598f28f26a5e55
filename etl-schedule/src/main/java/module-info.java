/** Schedules: when their ticks are, the scheduler that starts runs at them, and backfills. */
@SuppressWarnings("requires-automatic") // cron-utils has no module descriptor.
module etl.schedule {
    requires transitive etl.core;
    requires com.cronutils;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports etl.schedule;
}
