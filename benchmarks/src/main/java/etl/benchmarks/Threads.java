package etl.benchmarks;

import java.util.concurrent.ForkJoinPool;

/** The threads that each contestant has, whatever the machine. */
final class Threads {
    static final int THREADS = 2;

    private Threads() {}

    static ForkJoinPool open() {
        return new ForkJoinPool(THREADS);
    }
}
