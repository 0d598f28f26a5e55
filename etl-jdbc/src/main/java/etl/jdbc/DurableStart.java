package etl.jdbc;

import etl.core.RunId;
import etl.core.TaskContext;
import etl.core.spi.AttemptRecord;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that the start of an attempt is stored before the attempt stores its own end: what overtakes a start would have
 * it refused. It is written again, behind the first time and without effect if that is stored.
 */
final class DurableStart {
    private final JdbcStateStore store;

    DurableStart(JdbcStateStore store) {
        this.store = store;
    }

    /** Not called with a connection in hand: the writer of the starts may need the last one of a host's pool. */
    @Nullable
    Lease store(TaskContext context, AttemptRecord record) {
        RunId run = context.runId();
        Lease lease = lease(run);
        CompletableFuture<Boolean> stored = new CompletableFuture<>();
        store.writer()
                .add(
                        new TaskWrite(run, lease, record.started(), null, new RunJournal.Receipt() {
                            @Override
                            public void durable() {
                                stored.complete(true);
                            }

                            @Override
                            public void failed(StateStoreException failure) {
                                stored.completeExceptionally(failure);
                            }
                        }),
                        WriteQueue.Haste.COMMIT);
        try {
            stored.get();
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof StateStoreException refused
                    ? refused
                    : new IllegalStateException(failure.getCause());
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            context.checkCancelled();
            throw new StateStoreException(
                    "interrupted before the start of task '" + context.taskId() + "' was stored", interruption);
        }
        return lease;
    }

    /** None if an outside engine owns the run. */
    private @Nullable Lease lease(RunId run) {
        Lease lease = store.leases().held(run);
        if (lease == null
                && !store.find(run)
                        .filter(found -> !RunsTable.hasOwner(found.definition()))
                        .isPresent()) {
            throw new IllegalStateException("run " + run + " is not executed with this store (" + store
                    + "), so a task of it cannot commit there; give Transactions.in the store that the Etl has");
        }
        return lease;
    }
}
