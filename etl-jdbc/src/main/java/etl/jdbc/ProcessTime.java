package etl.jdbc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The time of this process, which nobody sets, and the waiting for something that happens in it. Safe for use by many threads. */
interface ProcessTime {
    /** What waits so long waits for ever. */
    Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    /** The JVM's own. */
    ProcessTime SYSTEM = new ProcessTime() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public boolean await(CompletableFuture<?> event, Duration limit) throws InterruptedException {
            try {
                event.get(limit.toNanos(), TimeUnit.NANOSECONDS);
                return true;
            } catch (ExecutionException happened) {
                return true;
            } catch (TimeoutException late) {
                return false;
            }
        }
    };

    /** Comparable with other such readings only, as {@link System#nanoTime()}. */
    long nanoTime();

    /** Waits for the event; false if it has not happened within the limit. */
    boolean await(CompletableFuture<?> event, Duration limit) throws InterruptedException;
}
