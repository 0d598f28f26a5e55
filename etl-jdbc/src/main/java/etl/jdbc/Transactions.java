package etl.jdbc;

import etl.core.NotRetryableException;
import etl.core.RunId;
import etl.core.TaskContext;
import etl.core.spi.AttemptRecord;
import etl.core.spi.TaskChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits what a task writes to the store's database together with the task's result, so that both are there or neither is,
 * whenever the process ends. Safe for use by many threads.
 */
public final class Transactions {
    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    private final Database database;
    private final DurableStart start;
    private final OwnSuccess success;
    private final CommitOutcome outcome;

    private Transactions(JdbcStateStore store) {
        this.database = store.database();
        this.start = new DurableStart(store);
        this.success = new OwnSuccess(store);
        this.outcome = new CommitOutcome(store.patient());
    }

    /**
     * The transactions of tasks whose runs are in a store.
     *
     * @param store the store that the {@code Etl} uses
     * @return the transactions
     */
    public static Transactions in(JdbcStateStore store) {
        return new Transactions(store);
    }

    /** What has been sent with a commit. */
    private record Sent<T extends @Nullable Object>(T result, TaskChange change, OpenTransaction transaction) {}

    /**
     * Does the last thing that a task does: executes its work in one transaction on a connection of the store's data source,
     * and records in the same transaction that the task has SUCCEEDED, with the work's result as its output and the rows
     * counted so far. The task returns the result then. If the process ends before the commit, nothing of the work is there,
     * and a resume executes the task again; if it ends after the commit, all of it is there, and the task is not executed
     * again.
     *
     * <p>Once this has returned, the task has SUCCEEDED: whatever its code does after that, such as failing, changes nothing.
     * If the answer to the commit is lost, the database is asked what has become of it, for as long as a lease lasts (default
     * 30 seconds).
     *
     * <p>The transaction has the isolation level that the connection came with. The work must not end it: {@code commit},
     * {@code rollback} (except to a savepoint), {@code close}, {@code abort} and {@code setAutoCommit(true)} are refused on
     * its connection, and ending it in another way is noticed. Settings of the session that the work changes by SQL should be
     * local to the transaction ({@code set local}), since nobody changes them back.
     *
     * @param context the attempt
     * @param work what is done in the transaction
     * @param <T> the type of the result, which is that of the task's output
     * @param <X> what the work throws besides {@link SQLException}
     * @return the work's result
     * @throws SQLException if the work throws it or the database refuses; nothing is written
     * @throws X if the work throws it; nothing is written
     * @throws etl.core.TaskCancelledException if the attempt is cancelled, or has timed out; nothing is written
     * @throws etl.core.spi.OutputNotStorableException if the result cannot be stored as the task's output; nothing is written
     * @throws NotRetryableException if the work has tried to end the transaction; nothing is written but what the work itself
     *     has committed
     * @throws etl.core.spi.StaleWriteException if another attempt has taken this one's place, or the task has ended; nothing
     *     is written
     * @throws etl.core.spi.RunLostException if another process has taken the run; nothing is written
     * @throws IllegalStateException if the run is not executed with this store, or the attempt has committed before; nothing
     *     is written
     * @throws etl.core.spi.StateStoreException if the start of the attempt cannot be stored, and nothing is written; or if it
     *     cannot be found out whether the commit has happened: if it has, the run stops with the next change of the task, and
     *     a resume keeps what was committed
     */
    public <T extends @Nullable Object, X extends Exception> T commit(TaskContext context, TransactionalWork<T, X> work)
            throws SQLException, X {
        AttemptRecord record = context.attemptRecord();
        if (record.isRecorded()) {
            throw new IllegalStateException("task '" + context.taskId()
                    + "' has committed its result already; commit once, as" + " the last thing that the task does");
        }
        context.checkCancelled();
        RunId run = context.runId();
        Lease lease = start.store(context, record);
        AtomicReference<@Nullable Sent<T>> sent = new AtomicReference<>();
        try {
            database.inTransaction(connection -> {
                OpenTransaction transaction = OpenTransaction.of(connection);
                T result = result(connection, context, work);
                if (!OpenTransaction.of(connection).equals(transaction)) {
                    throw new NotRetryableException("the work of task '" + context.taskId()
                            + "' has ended its transaction by itself, so what it wrote until then may be committed without"
                            + " the task's result; leave the end to Transactions.commit");
                }
                context.checkCancelled();
                TaskChange change = record.succeeded(result);
                success.write(connection, transaction, run, lease, change);
                sent.set(new Sent<>(result, change, transaction));
                return true;
            });
        } catch (SQLException | RuntimeException failure) {
            Sent<T> inDoubt = sent.get();
            if (inDoubt == null || !outcome.isCommitted(run, inDoubt.change(), inDoubt.transaction(), failure)) {
                throw failure;
            }
            LOG.info(
                    "run {}: the answer to the commit of task '{}' was lost, but it has happened",
                    run,
                    context.taskId(),
                    failure);
        }
        Sent<T> done = Objects.requireNonNull(sent.get());
        record.recorded(done.change());
        return done.result();
    }

    private static <T extends @Nullable Object, X extends Exception> T result(
            Connection connection, TaskContext context, TransactionalWork<T, X> work) throws SQLException, X {
        try (LentConnection lent = new LentConnection(connection)) {
            T result = work.on(lent.connection());
            String refused = lent.refused();
            if (refused != null) {
                throw new NotRetryableException("the work of task '" + context.taskId() + "' has called " + refused
                        + " on its connection, so nothing is committed; leave the end to Transactions.commit");
            }
            return result;
        }
    }
}
