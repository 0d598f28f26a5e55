package etl.core;

import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** Writes to a journal and waits until what was written is durable. */
final class Durably {
    private Durably() {}

    static void start(RunJournal journal, Instant at) {
        await(receipt -> journal.started(at, receipt));
    }

    static void write(RunJournal journal, TaskChange change) {
        await(receipt -> journal.write(change, receipt));
    }

    private static void await(Consumer<RunJournal.Receipt> writing) {
        CompletableFuture<Boolean> receipt = new CompletableFuture<>();
        writing.accept(new RunJournal.Receipt() {
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
                receipt.get();
                break;
            } catch (ExecutionException failure) {
                throw unchecked(failure);
            } catch (InterruptedException interruption) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The failure as it was thrown; an error is thrown at once. */
    static RuntimeException unchecked(ExecutionException failure) {
        if (failure.getCause() instanceof Error error) {
            throw error;
        }
        return failure.getCause() instanceof RuntimeException unchecked
                ? unchecked
                : new IllegalStateException(failure.getCause());
    }
}
