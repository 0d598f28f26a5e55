package etl.benchmarks;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.function.IntConsumer;

/** One way to execute a graph. */
interface Contestant {
    /** For those that never return if something in them fails. */
    Duration TIME_LIMIT = Duration.ofMinutes(2);

    /**
     * Makes whatever can be used for more than one execution.
     *
     * @param graph what to execute
     * @param body what each task does, given its number
     */
    Prepared prepare(Graph graph, IntConsumer body);

    /** How many tasks of this shape it can execute, or can in a time that somebody would wait for. */
    default int limit(Shape shape) {
        return Integer.MAX_VALUE;
    }

    /** A graph that is ready to be executed, as often as one likes. */
    interface Prepared extends AutoCloseable {
        /** Executes every task once, each after its upstream tasks, and returns when all have ended. */
        void run() throws Exception;

        @Override
        default void close() {}

        static Prepared of(ExecutorService executor, Execution execution) {
            return new Prepared() {
                @Override
                public void run() throws Exception {
                    execution.run();
                }

                @Override
                public void close() {
                    executor.shutdown();
                }
            };
        }
    }

    /** See {@link Prepared#run}. */
    interface Execution {
        void run() throws Exception;
    }
}
