package etl.core;

/**
 * Whose turn it is where slots are scarce: the one who came first, but each step of priority overtakes up to
 * {@value #OVERTAKES} earlier arrivals. So a high priority is honoured at once, and yet nobody starves, since the arrivals
 * after a waiting one are counted.
 */
final class Turn {
    static final int OVERTAKES = 1_000;

    private Turn() {}

    /** Lower comes first. */
    static long of(long arrival, int priority) {
        return arrival - (long) priority * OVERTAKES;
    }
}
