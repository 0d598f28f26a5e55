package etl.core;

import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A resource with slots, shared by all runs of one orchestrator, and perhaps with a limit of starts in any period. Who
 * waits for slots waits in the order of {@link Turn}, without a thread; the first one is not overtaken by one that needs
 * fewer slots. The lock is for those who wait and those who have to look after them.
 */
final class Pool {
    private final String name;
    private final int slots;
    private final int startsPerPeriod;
    private final Duration period;
    private final Time time;
    private final TurnQueue<Entry> waiting = new TurnQueue<>();
    private final Deque<Instant> starts = new ArrayDeque<>();
    private final AtomicInteger free;
    /** Set before somebody who waits looks for free slots, so that whoever returns some later sees it. */
    private volatile boolean isAwaited;

    private long arrivals;
    private boolean alarmed;

    /** Who wants slots; not answered if it does not want them any more when it has come to its turn. */
    @FunctionalInterface
    interface Request {
        void granted();

        /** Whether the slots are still of use; once false, always false. Does not block, and has no effect. */
        default boolean isWanted() {
            return true;
        }
    }

    private record Entry(long turn, int slots, Request request) implements TurnQueue.Waiting {}

    /** A pool; {@code startsPerPeriod} is 0 for no limit of starts. */
    Pool(String name, int slots, int startsPerPeriod, Duration period, Time time) {
        this.name = name;
        this.slots = slots;
        this.free = new AtomicInteger(slots);
        this.startsPerPeriod = startsPerPeriod;
        this.period = period;
        this.time = time;
    }

    String name() {
        return name;
    }

    int slots() {
        return slots;
    }

    /** Makes slots the caller's if nobody waits and nothing else has to be considered. */
    boolean tryTake(int wanted) {
        return isUncontended() && take(wanted);
    }

    /** Whether nobody waits and starts are not limited. */
    boolean isUncontended() {
        return startsPerPeriod == 0 && !isAwaited;
    }

    private boolean take(int wanted) {
        int now = free.get();
        while (now >= wanted) {
            if (free.compareAndSet(now, now - wanted)) {
                return true;
            }
            now = free.get();
        }
        return false;
    }

    /** Answers the request when the slots are the caller's, now or later. */
    void request(int wanted, int priority, Request request) {
        if (tryTake(wanted)) {
            request.granted();
            return;
        }
        synchronized (this) {
            waiting.add(new Entry(Turn.of(arrivals++, priority), wanted, request));
            isAwaited = true;
        }
        grant();
    }

    void release(int returned) {
        free.addAndGet(returned);
        grant();
    }

    /** Takes slots back even if they are not free: for a task that has waited for another run. */
    synchronized void reclaim(int wanted) {
        free.addAndGet(-wanted);
    }

    /** Answers those who wait, as far as that is possible. */
    void grant() {
        while (isAwaited) {
            Entry next = next();
            if (next == null) {
                return;
            }
            next.request().granted();
        }
    }

    /** Takes the slots for the first one who waits; null if that cannot start now, or if nobody waits. */
    private synchronized @Nullable Entry next() {
        Entry first = waiting.peek();
        while (first != null && !first.request().isWanted()) {
            waiting.poll();
            first = waiting.peek();
        }
        boolean granted = first != null && first.slots() <= free.get() && mayStart() && take(first.slots());
        if (granted) {
            waiting.poll();
        }
        isAwaited = !waiting.isEmpty();
        return granted ? first : null;
    }

    private boolean mayStart() {
        if (startsPerPeriod == 0) {
            return true;
        }
        Instant now = time.instant();
        while (!starts.isEmpty() && !starts.getFirst().plus(period).isAfter(now)) {
            starts.removeFirst();
        }
        if (starts.size() < startsPerPeriod) {
            starts.addLast(now);
            return true;
        }
        if (!alarmed) {
            alarmed = true;
            time.after(Duration.between(now, starts.getFirst().plus(period)), this::periodOver);
        }
        return false;
    }

    private void periodOver() {
        synchronized (this) {
            alarmed = false;
        }
        grant();
    }
}
