package etl.benchmarks.durable;

import java.sql.SQLException;

/** One way to execute tasks whose states are kept in PostgreSQL. */
interface DurableContestant {
    /** Whether it can be told what this workload wants. */
    default boolean expresses(Workload workload) {
        return true;
    }

    /**
     * Makes everything that is there before the first task: tables where they are missing, connections, declarations.
     *
     * @param database where its tables are
     * @param workload what will be executed
     * @param executions what each task does
     */
    Opened open(Database database, Workload workload, Executions executions) throws Exception;

    /** A query that counts the tasks whose end is not stored. */
    String unfinished(Workload workload);

    /** Ready to be run once. */
    interface Opened extends AutoCloseable {
        /** Executes every task once and returns when the ends of all are durable. */
        void run() throws Exception;

        /** Gives back connections and threads, also if nothing was run. */
        @Override
        void close() throws SQLException;
    }
}
