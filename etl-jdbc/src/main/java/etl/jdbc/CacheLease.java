package etl.jdbc;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A thread that prolongs the claims of this process while there are any. It begins with the first one. */
final class CacheLease implements AutoCloseable {
    private final Consumer<Set<Long>> prolong;
    private final long millis;
    private @Nullable ScheduledThreadPoolExecutor thread;
    private boolean closed;
    private final Set<Long> claims = new HashSet<>();

    CacheLease(Consumer<Set<Long>> prolong, long millis) {
        this.prolong = prolong;
        this.millis = millis;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It goes on until the thread is shut down.
    synchronized void begun(long claim) {
        claims.add(claim);
        if (thread == null && !closed) {
            thread = new ScheduledThreadPoolExecutor(1, action -> {
                Thread made = new Thread(action, "etl-cache-lease");
                made.setDaemon(true);
                return made;
            });
            thread.scheduleWithFixedDelay(this::beat, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    synchronized void ended(long claim) {
        claims.remove(claim);
    }

    private synchronized Set<Long> held() {
        return Set.copyOf(claims);
    }

    /** Also called by tests, which cannot wait for the clock. */
    void beat() {
        Set<Long> held = held();
        if (!held.isEmpty()) {
            prolong.accept(held);
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
