package etl.core;

import etl.core.spi.CacheKey;
import etl.core.spi.OutputCache;
import etl.core.spi.StateStoreException;
import etl.core.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who waits, in all runs of one orchestrator, for outputs that somebody else computes. Those who wait for a run of the same
 * orchestrator are woken by it; because another process may be the one, the store is asked about all of them twice a second.
 */
final class CacheWaiters {
    static final Duration POLL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final OutputCache cache;
    private final Time time;
    private final Map<CacheKey, Set<Waiter>> waiters = new HashMap<>();
    private boolean polling;

    CacheWaiters(OutputCache cache, Time time) {
        this.cache = cache;
        this.time = time;
    }

    /** One who waits; woken once at most. */
    final class Waiter {
        private final CacheKey key;
        private final Executor threads;
        private final Runnable woken;

        private Waiter(CacheKey key, Executor threads, Runnable woken) {
            this.key = key;
            this.threads = threads;
            this.woken = woken;
        }

        /** Waits no longer; true unless it was woken before. */
        boolean leave() {
            synchronized (CacheWaiters.this) {
                Set<Waiter> same = waiters.get(key);
                if (same == null || !same.remove(this)) {
                    return false;
                }
                if (same.isEmpty()) {
                    waiters.remove(key);
                }
                return true;
            }
        }

        void wake() {
            if (leave()) {
                woken.run();
            }
        }
    }

    /**
     * Waits without a thread until nobody computes an output any more.
     *
     * @param threads where the store may be asked about it
     * @param woken called once, on any thread; it does not block
     */
    Waiter await(CacheKey key, Executor threads, Runnable woken) {
        Waiter waiter = new Waiter(key, threads, woken);
        synchronized (this) {
            waiters.computeIfAbsent(key, any -> new LinkedHashSet<>()).add(waiter);
            if (!polling) {
                polling = true;
                time.after(POLL, this::poll);
            }
        }
        // What has ended before this waiter was there would not wake it.
        ask(List.of(key));
        return waiter;
    }

    /** Nobody in this orchestrator computes the output any more. */
    void settled(CacheKey key) {
        List<Waiter> woken;
        synchronized (this) {
            woken = List.copyOf(waiters.getOrDefault(key, Set.of()));
        }
        woken.forEach(Waiter::wake);
    }

    /** On the thread of an alarm, which must not wait for a store. */
    private void poll() {
        List<Waiter> all = new ArrayList<>();
        synchronized (this) {
            waiters.values().forEach(all::addAll);
            if (all.isEmpty()) {
                polling = false;
                return;
            }
        }
        for (Waiter waiter : all) {
            try {
                waiter.threads.execute(this::askAboutAll);
                return;
            } catch (RuntimeException | Error noThread) {
                // Its run needs a thread to go on, and is stopped if it does not get one.
                waiter.wake();
            }
        }
        time.after(POLL, this::poll);
    }

    private void askAboutAll() {
        List<CacheKey> keys;
        synchronized (this) {
            keys = List.copyOf(waiters.keySet());
        }
        try {
            if (!keys.isEmpty()) {
                ask(keys);
            }
        } finally {
            time.after(POLL, this::poll);
        }
    }

    private void ask(List<CacheKey> keys) {
        try {
            cache.settled(keys).forEach(this::settled);
        } catch (StateStoreException unreachable) {
            LOG.warn("whether outputs are still being computed is asked again: {}", unreachable.getMessage());
        }
    }
}
