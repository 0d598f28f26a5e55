package etl.benchmarks.durable;

import java.sql.SQLException;

/**
 * What one execution of a workload has cost.
 *
 * @param nanos from the call until the last end was durable
 * @param commits transactions, without those of opening and closing the contestant
 * @param walBytes bytes of write-ahead log
 * @param syncs how often that log was brought to the disk
 */
record Sample(long nanos, long commits, long walBytes, long syncs) {

    /**
     * Opens and closes the contestant once to have its tables made, a second time to see what that costs, and executes the
     * workload in the third.
     */
    static Sample take(Server server, DurableContestant contestant, Workload workload) throws Exception {
        try (Database database = server.create()) {
            openAndClose(contestant, database, workload);
            ServerCounters made = ServerCounters.of(database);
            openAndClose(contestant, database, workload);
            ServerCounters before = ServerCounters.of(database);
            server.execute("checkpoint");
            Executions executions = new Executions(workload);
            long nanos;
            long walBytes;
            try (DurableContestant.Opened opened = contestant.open(database, workload, executions)) {
                long walBefore = server.walPosition();
                long start = System.nanoTime();
                opened.run();
                nanos = System.nanoTime() - start;
                walBytes = server.walPosition() - walBefore;
            }
            ServerCounters cost = ServerCounters.of(database).minus(before).minus(before.minus(made));
            executions.check();
            checkEnds(database, contestant.unfinished(workload));
            return new Sample(nanos, cost.commits(), walBytes, cost.syncs());
        }
    }

    private static void openAndClose(DurableContestant contestant, Database database, Workload workload)
            throws Exception {
        contestant.open(database, workload, new Executions(workload)).close();
    }

    private static void checkEnds(Database database, String unfinished) throws SQLException {
        long left = database.number(unfinished);
        if (left != 0) {
            throw new IllegalStateException("the ends of " + left + " tasks are not stored, by " + unfinished);
        }
    }
}
