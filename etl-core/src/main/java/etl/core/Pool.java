package etl.core;

import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A resource with slots, shared by all runs of one orchestrator, and perhaps with a limit of starts in any period. Who
 * waits for slots waits in the order of {@link Turn}, without a thread; the first one is not overtaken by one that needs
 * fewer slots.
 */
final class Pool {
    private final String name;
    private final int slots;
    private final int startsPerPeriod;
    private final Duration period;
    private final Time time;
    private final PriorityQueue<Entry> waiting = new PriorityQueue<>(Comparator.comparingLong(Entry::turn));
    private final Deque<Instant> starts = new ArrayDeque<>();
    private int free;
    private long arrivals;
    private boolean alarmed;

    private record Entry(long turn, int slots, Runnable granted) {}

    /** A pool; {@code startsPerPeriod} is 0 for no limit of starts. */
    Pool(String name, int slots, int startsPerPeriod, Duration period, Time time) {
        this.name = name;
        this.slots = slots;
        this.free = slots;
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

    /** Calls {@code granted} when the slots are the caller's, now or later. */
    void request(int wanted, int priority, Runnable granted) {
        List<Runnable> next;
        synchronized (this) {
            waiting.add(new Entry(Turn.of(arrivals++, priority), wanted, granted));
            next = grant();
        }
        next.forEach(Runnable::run);
    }

    void release(int returned) {
        List<Runnable> next;
        synchronized (this) {
            free += returned;
            next = grant();
        }
        next.forEach(Runnable::run);
    }

    /** Takes slots back even if they are not free: for a task that has waited for another run. */
    synchronized void reclaim(int wanted) {
        free -= wanted;
    }

    private List<Runnable> grant() {
        List<Runnable> next = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.peek().slots() <= free && mayStart()) {
            Entry first = waiting.remove();
            free -= first.slots();
            next.add(first.granted());
        }
        return next;
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
        List<Runnable> next;
        synchronized (this) {
            alarmed = false;
            next = grant();
        }
        next.forEach(Runnable::run);
    }
}
