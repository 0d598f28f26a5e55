package etl.core;

import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Writes to a journal and waits until the change is durable. */
final class Durably {
    private Durably() {}

    static void write(RunJournal journal, TaskChange change) {
        CompletableFuture<Boolean> receipt = new CompletableFuture<>();
        journal.write(change, new RunJournal.Receipt() {
            @Override
            public void durable() {
                receipt.complete(true);
            }

            @Override
            public void failed(StateStoreException failure) {
                receipt.completeExceptionally(failure);
            }
        });
        boolean interrupted = false;
        while (true) {
            try {
                get(receipt);
                break;
            } catch (InterruptedException interruption) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The future's result, or its failure as it was thrown. */
    static <T> T get(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (failure.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(failure.getCause());
        }
    }
}
