package etl.benchmarks.durable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * By hand: one thread with one connection commits all starts and ends that have come together since its last commit. Two
 * threads execute the tasks. A start is written but not waited for; what waits for a task begins when the end of that task
 * is durable.
 */
final class HandWrittenGroupCommit implements DurableContestant {
    private static final int WORKERS = 2;

    private final int inFlight;

    /** How many tasks may be on their way, from the begin until the end is durable. */
    HandWrittenGroupCommit(int inFlight) {
        this.inFlight = inFlight;
    }

    @Override
    public Opened open(Database database, Workload workload, Executions executions) throws SQLException {
        TaskTable.make(database);
        return new Writer(database.connect("?reWriteBatchedInserts=true"), workload, executions, inFlight);
    }

    @Override
    public String unfinished(Workload workload) {
        return TaskTable.unfinished(workload);
    }

    private static final class Writer implements Opened {
        private final Connection connection;
        private final Workload workload;
        private final Executions executions;
        private final int inFlight;
        private final LinkedBlockingQueue<Change> changes = new LinkedBlockingQueue<>();
        private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        /** The next chain, or the next independent task, that nobody has begun. */
        private final AtomicInteger next = new AtomicInteger();

        private record Change(int task, boolean ended) {}

        Writer(Connection connection, Workload workload, Executions executions, int inFlight) throws SQLException {
            this.connection = connection;
            this.workload = workload;
            this.executions = executions;
            this.inFlight = inFlight;
            connection.setAutoCommit(false);
        }

        @Override
        public void run() throws Exception {
            Thread thread = new Thread(this::write, "group-commit");
            thread.start();
            for (int i = 0; i < inFlight; i++) {
                beginAnother();
            }
            end.get();
            thread.join();
        }

        private void beginAnother() {
            int first = next.getAndAdd(workload.chained() ? workload.length() : 1);
            if (first < workload.tasks()) {
                begin(first);
            }
        }

        private void begin(int task) {
            workers.execute(() -> {
                changes.add(new Change(task, false));
                executions.execute(task);
                changes.add(new Change(task, true));
            });
        }

        private void write() {
            try (PreparedStatement start = connection.prepareStatement(TaskTable.START);
                    PreparedStatement endOfTask = connection.prepareStatement(TaskTable.END)) {
                List<Change> batch = new ArrayList<>();
                for (int ended = 0; ended < workload.tasks(); ) {
                    batch.clear();
                    batch.add(changes.take());
                    changes.drainTo(batch);
                    for (Change change : batch) {
                        PreparedStatement statement = change.ended ? endOfTask : start;
                        statement.setInt(1, change.task / workload.length());
                        statement.setInt(2, change.task % workload.length());
                        statement.addBatch();
                    }
                    start.executeBatch();
                    endOfTask.executeBatch();
                    connection.commit();
                    ended += goOn(batch);
                }
                end.complete(null);
            } catch (SQLException | InterruptedException | RuntimeException failure) {
                end.completeExceptionally(failure);
            }
        }

        private int goOn(List<Change> batch) {
            int ended = 0;
            for (Change change : batch) {
                if (change.ended) {
                    ended++;
                    if (workload.hasNext(change.task)) {
                        begin(change.task + 1);
                    } else {
                        beginAnother();
                    }
                }
            }
            return ended;
        }

        @Override
        public void close() throws SQLException {
            workers.shutdown();
            connection.close();
        }
    }
}
