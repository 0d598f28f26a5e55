package etl.jdbc;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A thread that prolongs the claims of this process while there are any. It begins with the first one. */
final class CacheLease implements AutoCloseable {
    private final Runnable prolong;
    private final long millis;
    private @Nullable ScheduledThreadPoolExecutor thread;
    private boolean closed;
    private int claims;

    CacheLease(Runnable prolong, long millis) {
        this.prolong = prolong;
        this.millis = millis;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It goes on until the thread is shut down.
    synchronized void begun() {
        claims++;
        if (thread == null && !closed) {
            thread = new ScheduledThreadPoolExecutor(1, action -> {
                Thread made = new Thread(action, "etl-cache-lease");
                made.setDaemon(true);
                return made;
            });
            thread.scheduleWithFixedDelay(this::beat, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    synchronized void ended(int count) {
        claims -= count;
    }

    private synchronized boolean isNeeded() {
        return claims > 0;
    }

    private void beat() {
        if (isNeeded()) {
            prolong.run();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.shutdownNow();
        }
    }
}
