package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunJournal;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records the success of an attempt in a transaction of the attempt's own, unless the attempt is over. */
final class OwnSuccess {
    private static final RunJournal.Receipt NOBODY = new RunJournal.Receipt() {
        @Override
        public void durable() {}

        @Override
        public void failed(StateStoreException failure) {}
    };

    private final LeaseFence fence;
    private final EndedTasks ends;
    private final int largestOutput;

    OwnSuccess(JdbcStateStore store) {
        this.fence = new LeaseFence(store.database());
        this.ends = new EndedTasks(store.database());
        this.largestOutput = store.largestOutput();
    }

    void write(Connection connection, OpenTransaction transaction, RunId run, @Nullable Lease lease, TaskChange success)
            throws SQLException {
        String output = StorableOutput.json(success.taskId(), success.output(), success.outputType(), largestOutput);
        TaskWrite write = new TaskWrite(run, lease, success, output, NOBODY);
        if (lease != null && isLost(connection, transaction, lease, write)) {
            throw lease.lose("another process has taken it");
        }
        if (!ends.write(connection, List.of(new TaskRow(null, write))).isEmpty()) {
            throw new StaleWriteException("task '" + success.taskId() + "', attempt " + success.attempt() + ", of run "
                    + run + " cannot commit: its stored state has gone on");
        }
    }

    /**
     * A transaction that does not see what others commit cannot lock a run whose lease was prolonged while it was open. It is
     * kept from a run that was taken by the row of its task, which whoever takes the run resets.
     */
    private boolean isLost(Connection connection, OpenTransaction transaction, Lease lease, TaskWrite write)
            throws SQLException {
        return transaction.seesOthers()
                ? !fence.lost(connection, List.of(write)).isEmpty()
                : lease.isLost() || lease.remaining() <= 0;
    }
}
