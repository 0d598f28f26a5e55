package etl.jdbc;

import etl.core.TaskContext;
import etl.core.TaskState;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StoredTask;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Refuses the data of an attempt that is over: its task run has ended, another attempt has taken its place, or another
 * process has taken the run.
 */
final class AttemptFence {
    private final Leases leases;
    private final String table;
    private final String lockRun;

    AttemptFence(JdbcStateStore store) {
        this.leases = store.leases();
        this.table = store.database().table("pipeline_tasks");
        this.lockRun = "select epoch from " + store.database().table("pipeline_runs") + " where run_id = ? for share";
    }

    /** Called first in the transaction, so that the data is not written in vain. */
    void begin(Connection connection, TaskContext context) throws SQLException {
        check(connection, context, "");
    }

    /**
     * Called just before the commit. The task run cannot go on until then; taken any earlier, the lock would keep the
     * writer of all task runs waiting for as long as the data streams.
     */
    void hold(Connection connection, TaskContext context) throws SQLException {
        Lease lease = leases.held(context.runId());
        if (lease != null) {
            hold(connection, lease);
        }
        check(connection, context, " for share");
    }

    private void hold(Connection connection, Lease lease) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(lockRun)) {
            select.setObject(1, lease.run().value());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next() || row.getLong(1) != lease.epoch()) {
                    throw lease.lose("another process has taken it");
                }
            }
        }
    }

    private void check(Connection connection, TaskContext context, String lock) throws SQLException {
        String sql =
                "select state, attempt from " + table + " where run_id = ? and task_id = ? and map_index = ?" + lock;
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setObject(1, context.runId().value());
            select.setString(2, context.taskId());
            select.setInt(3, context.mapIndex().orElse(StoredTask.NOT_MAPPED));
            try (ResultSet row = select.executeQuery()) {
                if (row.next()) {
                    check(context, TaskState.valueOf(row.getString(1)), row.getInt(2));
                }
            }
        }
    }

    /** Starts are recorded without waiting: the row may still be that of the attempt before, or absent. */
    private static void check(TaskContext context, TaskState state, int attempt) {
        boolean over = attempt == context.attempt() && state != TaskState.RUNNING;
        if (attempt > context.attempt() || state.isFinal() || over) {
            throw new StaleWriteException("task '" + context.taskId() + "', attempt " + context.attempt() + ", of run "
                    + context.runId() + " cannot write its data: the task is " + state + " in attempt " + attempt);
        }
    }
}
