package etl.core;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many task runs one orchestrator executes at once, over all its runs. Who finds no free slot waits in a queue without
 * a thread; a run that has had a slot goes to the end of the queue, so that runs take turns.
 */
final class Slots {
    private final AtomicInteger free;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    Slots(int slots) {
        this.free = new AtomicInteger(slots);
    }

    /** Calls {@code granted}, with a slot, now or later; it must not block. */
    void request(Runnable granted) {
        waiting.add(granted);
        grant();
    }

    boolean tryAcquire() {
        int now = free.get();
        while (now > 0) {
            if (free.compareAndSet(now, now - 1)) {
                return true;
            }
            now = free.get();
        }
        return false;
    }

    void release() {
        free.incrementAndGet();
        grant();
    }

    /** Takes a slot back even if none is free: for a task that has waited for another run. */
    void reclaim() {
        free.decrementAndGet();
    }

    boolean isContended() {
        return !waiting.isEmpty();
    }

    private void grant() {
        while (!waiting.isEmpty() && tryAcquire()) {
            Runnable first = waiting.poll();
            if (first == null) {
                free.incrementAndGet();
            } else {
                first.run();
            }
        }
    }
}
