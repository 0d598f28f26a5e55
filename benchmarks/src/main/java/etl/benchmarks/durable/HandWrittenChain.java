package etl.benchmarks.durable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * By hand, the least that a chain can cost: the end of a task and the start of the next one in one statement, which is one
 * commit. Chains that run at once have {@value #MOST_CONNECTIONS} connections.
 */
final class HandWrittenChain implements DurableContestant {
    private static final int MOST_CONNECTIONS = 16;
    private static final String END_AND_START = "with ended as (" + TaskTable.END + ") " + TaskTable.START;

    @Override
    public boolean expresses(Workload workload) {
        return workload.chained();
    }

    @Override
    public Opened open(Database database, Workload workload, Executions executions) throws SQLException {
        TaskTable.make(database);
        List<Worker> workers = new ArrayList<>();
        ConcurrentLinkedQueue<Integer> pipelines = new ConcurrentLinkedQueue<>(
                IntStream.range(0, workload.pipelines()).boxed().toList());
        for (int i = 0; i < Math.min(workload.pipelines(), MOST_CONNECTIONS); i++) {
            workers.add(new Worker(database.connect(""), workload, executions, pipelines));
        }
        ExecutorService threads = Executors.newFixedThreadPool(workers.size());
        return new Opened() {
            @Override
            public void run() throws Exception {
                for (Future<Void> worker : threads.invokeAll(workers)) {
                    worker.get();
                }
            }

            @Override
            public void close() throws SQLException {
                threads.shutdown();
                for (Worker worker : workers) {
                    worker.connection.close();
                }
            }
        };
    }

    private record Worker(
            Connection connection, Workload workload, Executions executions, ConcurrentLinkedQueue<Integer> pipelines)
            implements Callable<Void> {
        @Override
        public Void call() throws SQLException {
            try (PreparedStatement start = connection.prepareStatement(TaskTable.START);
                    PreparedStatement endAndStart = connection.prepareStatement(END_AND_START);
                    PreparedStatement end = connection.prepareStatement(TaskTable.END)) {
                for (Integer next = pipelines.poll(); next != null; next = pipelines.poll()) {
                    int last = workload.length() - 1;
                    execute(start, next, 0);
                    for (int step = 0; step < last; step++) {
                        executions.execute(workload.task(next, step));
                        execute(endAndStart, next, step, next, step + 1);
                    }
                    executions.execute(workload.task(next, last));
                    execute(end, next, last);
                }
            }
            return null;
        }

        private static void execute(PreparedStatement statement, int... parameters) throws SQLException {
            for (int i = 0; i < parameters.length; i++) {
                statement.setInt(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }

    @Override
    public String unfinished(Workload workload) {
        return TaskTable.unfinished(workload);
    }
}
