package etl.benchmarks;

import java.util.function.IntConsumer;

/** One way to execute a graph. */
interface Contestant {
    /**
     * Makes whatever can be used for more than one execution.
     *
     * @param graph what to execute
     * @param body what each task does, given its number
     */
    Prepared prepare(Graph graph, IntConsumer body) throws Exception;

    /** A graph that is ready to be executed, as often as one likes. */
    interface Prepared extends AutoCloseable {
        /** Executes every task once, each after its upstream tasks, and returns when all have ended. */
        void run() throws Exception;

        @Override
        default void close() {}
    }
}
