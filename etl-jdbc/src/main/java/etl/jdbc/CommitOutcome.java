package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;

/**
 * Finds out whether a commit has happened whose answer was lost: its transaction has stored a success in {@code
 * pipeline_tasks}, and that is there or not.
 */
final class CommitOutcome {
    private final PatientDatabase database;
    private final String end;
    private final String look;

    CommitOutcome(PatientDatabase database) {
        this.database = database;
        this.end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where backend_xid = ?::xid";
        this.look = "select exists (select from " + database.database().table("pipeline_tasks")
                + " where run_id = ? and task_id = ? and map_index = ? and state = 'SUCCEEDED' and attempt = ?"
                + " and ended_at = ?)";
    }

    /**
     * Two transactions, the second of which sees what became of the first.
     *
     * @throws StateStoreException if it cannot be found out
     */
    boolean isCommitted(RunId run, TaskChange success, OpenTransaction transaction, Exception failure) {
        // The attempt may be interrupted, which would end the search; what is found out is whether it has succeeded.
        boolean interrupted = Thread.interrupted();
        try {
            database.inTransaction((connection, again) -> end(connection, transaction));
            return database.inTransaction((connection, again) -> isThere(connection, run, success));
        } catch (SQLException unknown) {
            unknown.addSuppressed(failure);
            throw new StateStoreException(
                    "it cannot be found out whether the commit of task '" + success.taskId() + "', attempt "
                            + success.attempt() + ", of run " + run + " has happened: " + unknown.getMessage(),
                    unknown);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The server may not have noticed that the connection is gone, and would keep the transaction, and its locks. */
    private boolean end(Connection connection, OpenTransaction transaction) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(end)) {
            select.setString(1, transaction.id());
            try (ResultSet row = select.executeQuery()) {
                if (row.next() && row.getInt(1) > 0) {
                    throw new SQLTransientException("the transaction whose commit was sent is still under way");
                }
                return true;
            }
        }
    }

    private boolean isThere(Connection connection, RunId run, TaskChange success) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(look)) {
            select.setObject(1, run.value());
            select.setString(2, success.taskId());
            select.setInt(3, success.mapIndex());
            select.setInt(4, success.attempt());
            select.setObject(5, Columns.timestamp(success.at()));
            try (ResultSet row = select.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
