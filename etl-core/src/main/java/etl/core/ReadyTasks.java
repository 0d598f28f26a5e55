package etl.core;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Tasks of one run that may start as soon as a worker is free: those with which the run starts, then the others, first come,
 * first served. Each comes at most once, so that an array of numbers has room for all of them. Safe for use by many threads.
 */
final class ReadyTasks {
    /** In place of a task, if there is none. */
    static final int NONE = -1;

    private static final int NOT_YET = 0;
    private static final int INTS_APART = 32;
    private static final int COME = INTS_APART;
    private static final int GONE = 2 * INTS_APART;
    private static final int STARTED = 3 * INTS_APART;

    /** For each place in the line who stands there, plus 1. */
    private final AtomicIntegerArray line;

    /** How many have come and how many have gone, in cache lines of their own. */
    private final AtomicIntegerArray counts = new AtomicIntegerArray(4 * INTS_APART);

    private volatile int[] starters = {};

    ReadyTasks(int tasks) {
        this.line = new AtomicIntegerArray(tasks);
    }

    void add(int task) {
        line.setRelease(counts.getAndIncrement(COME), task + 1);
    }

    /** Those with which the run starts; told once. */
    void start(int[] tasks) {
        starters = tasks;
    }

    /** The first one of those with which the run starts, or {@link #NONE}. */
    int pollStarter() {
        int[] all = starters;
        if (counts.get(STARTED) >= all.length) {
            return NONE;
        }
        int place = counts.getAndIncrement(STARTED);
        return place < all.length ? all[place] : NONE;
    }

    /** The first one of the others, or {@link #NONE}. */
    @SuppressWarnings("ThreadPriorityCheck") // What is waited for are a few instructions of another thread.
    int poll() {
        while (true) {
            int place = counts.get(GONE);
            if (place >= counts.get(COME)) {
                return NONE;
            }
            int first = line.getAcquire(place);
            if (first == NOT_YET) {
                Thread.yield();
            } else if (counts.compareAndSet(GONE, place, place + 1)) {
                return first - 1;
            }
        }
    }

    boolean isEmpty() {
        return counts.get(GONE) >= counts.get(COME) && counts.get(STARTED) >= starters.length;
    }

    /** Those who wait are forgotten. */
    void clear() {
        while (pollStarter() != NONE || poll() != NONE) {
            // Until nobody waits.
        }
    }
}
