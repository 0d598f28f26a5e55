package etl.jdbc;

import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** A receipt that a test can wait for. */
final class Told extends CompletableFuture<Boolean> implements RunJournal.Receipt {
    static Told of(RunJournal journal, TaskChange change) {
        Told told = new Told();
        journal.write(change, told);
        return told;
    }

    static Told start(RunJournal journal, Instant at) {
        Told told = new Told();
        journal.started(at, told);
        return told;
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
