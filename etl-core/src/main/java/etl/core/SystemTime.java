package etl.core;

import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's clock, with one daemon thread for the alarms. */
final class SystemTime implements Time {
    /** Longer than anybody waits. */
    static final Duration FOREVER = Duration.ofDays(36_500);

    private final ScheduledThreadPoolExecutor alarms;

    SystemTime() {
        alarms = new ScheduledThreadPoolExecutor(1, action -> {
            Thread thread = new Thread(action, "etl-time");
            thread.setDaemon(true);
            return thread;
        });
        alarms.setRemoveOnCancelPolicy(true);
        alarms.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Instant instant() {
        return Instant.now();
    }

    @Override
    public Alarm after(Duration delay, Runnable action) {
        try {
            ScheduledFuture<?> future = alarms.schedule(action, nanos(delay), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closed) {
            return Alarm.NONE;
        }
    }

    /** What is negative counts as nothing, and what is longer than a hundred years as that. */
    static long nanos(Duration delay) {
        if (delay.isNegative()) {
            return 0;
        }
        return delay.compareTo(FOREVER) > 0 ? FOREVER.toNanos() : delay.toNanos();
    }

    @Override
    public void close() {
        alarms.shutdownNow();
    }
}
