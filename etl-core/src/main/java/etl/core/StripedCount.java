package etl.core;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A number that many threads count up, each in a cache line that few others write. Unlike that of a {@code LongAdder}, the sum is
 * never less than what had been counted before it was asked for. Safe for use by many threads.
 */
final class StripedCount {
    private static final int STRIPES = 8;
    private static final int INTS_APART = 32;

    private final AtomicIntegerArray counts = new AtomicIntegerArray((STRIPES + 1) * INTS_APART);

    void increment() {
        int stripe = (int) (Thread.currentThread().getId() % STRIPES);
        counts.incrementAndGet((stripe + 1) * INTS_APART);
    }

    /** Never falls; of those who count and then ask, the last one to count is told all. */
    int sum() {
        int sum = 0;
        for (int stripe = 1; stripe <= STRIPES; stripe++) {
            sum += counts.get(stripe * INTS_APART);
        }
        return sum;
    }
}
