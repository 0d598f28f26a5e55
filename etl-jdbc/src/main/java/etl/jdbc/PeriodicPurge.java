package etl.jdbc;

import etl.core.spi.Purged;
import etl.core.spi.Retention;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Purges at once and then every hour, on a daemon thread. Safe for use by many threads. */
@SuppressWarnings("FutureReturnValueIgnored") // What is scheduled tells its own failures.
final class PeriodicPurge implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeriodicPurge.class);
    private static final Duration PAUSE = Duration.ofHours(1);
    private static final Duration LAST_STEP = Duration.ofSeconds(10);

    private final Purge purge;
    private final Retention retention;
    private final ScheduledExecutorService thread;

    PeriodicPurge(Purge purge, Retention retention) {
        this.purge = purge;
        this.retention = retention;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread daemon = new Thread(task, "etl-purge");
            daemon.setDaemon(true);
            return daemon;
        });
        thread.scheduleWithFixedDelay(this::purge, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void purge() {
        try {
            Purged purged = purge.run(retention);
            if (purged.runs() > 0) {
                LOG.info(
                        "{} runs with {} task runs have ended more than {} ago and were deleted",
                        purged.runs(),
                        purged.taskRuns(),
                        retention.age());
            }
        } catch (RuntimeException notNow) {
            LOG.warn("old runs are not deleted now, next try in {}: {}", PAUSE, notNow.getMessage());
        }
    }

    /** Waits for the transaction under way, since its connection may be about to be closed. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(LAST_STEP.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a purge of old runs is still under way; the database undoes its last step");
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }
}
