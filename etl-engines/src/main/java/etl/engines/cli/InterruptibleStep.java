package etl.engines.cli;

import etl.core.Etl;
import etl.engines.TaskContract;
import etl.engines.TaskResult;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A step that ends in order when the process gets SIGTERM: the task is interrupted and recorded as CANCELLED. */
final class InterruptibleStep {
    private static final long PATIENCE_SECONDS = 12;

    private final Etl etl;
    private final Thread worker = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);

    InterruptibleStep(Etl etl) {
        this.etl = etl;
    }

    @SuppressWarnings("try")
    TaskResult execute(Supplier<TaskResult> step) {
        try (ShutdownHook hook = new ShutdownHook(this::interrupt)) {
            return step.get();
        } finally {
            etl.close();
            ended.countDown();
        }
    }

    private void interrupt() {
        worker.interrupt();
        try {
            boolean inTime = ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!inTime) {
                Runtime.getRuntime().halt(TaskContract.CANCELLED);
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }
}
