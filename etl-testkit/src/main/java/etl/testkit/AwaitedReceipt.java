package etl.testkit;

import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** A receipt that a test waits for. */
final class AwaitedReceipt extends CompletableFuture<Boolean> implements RunJournal.Receipt {
    private AwaitedReceipt() {}

    /** Until the start of the run is durable. */
    static void started(RunJournal journal, Instant at) {
        AwaitedReceipt receipt = new AwaitedReceipt();
        journal.started(at, receipt);
        receipt.join();
    }

    /** Until the change is durable. */
    static void written(RunJournal journal, TaskChange change) {
        AwaitedReceipt receipt = new AwaitedReceipt();
        journal.write(change, receipt);
        receipt.join();
    }

    @Override
    public void durable() {
        complete(true);
    }

    @Override
    public void failed(StateStoreException failure) {
        completeExceptionally(failure);
    }
}
