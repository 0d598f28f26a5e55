package etl.benchmarks;

import java.util.concurrent.ForkJoinPool;

/** The threads that each contestant has, whatever the machine. */
final class Executors {
    static final int THREADS = 2;

    private Executors() {}

    static ForkJoinPool open() {
        return new ForkJoinPool(THREADS);
    }
}
