package etl.jdbc;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The two threads that prolong {@link Leases}, and look whether one has run out, however long the prolonging takes. */
@SuppressWarnings("FutureReturnValueIgnored") // What is scheduled tells its own failures.
final class Heartbeat implements AutoCloseable {
    private final Leases leases;
    private final ScheduledExecutorService threads;

    Heartbeat(Leases leases) {
        this.leases = leases;
        this.threads = Executors.newScheduledThreadPool(2, task -> {
            Thread thread = new Thread(task, "etl-leases");
            thread.setDaemon(true);
            return thread;
        });
        beatAfter(leases.pauseBetweenBeats());
        long look = leases.pauseBetweenLooks().toNanos();
        threads.scheduleWithFixedDelay(leases::loseWhatRanOut, look, look, TimeUnit.NANOSECONDS);
    }

    private void beatAfter(Duration pause) {
        threads.schedule(
                () -> {
                    Duration next = leases.beat();
                    if (!threads.isShutdown()) {
                        beatAfter(next);
                    }
                },
                pause.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Leases are not prolonged any more. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
