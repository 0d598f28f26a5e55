package etl.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then whether the thread that executes the tasks waits for something that cannot come, and interrupts it
 * then. All waiting is done by the JDK's own timer.
 */
final class BlockedThread implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final Duration patience;
    private final LongSupplier progress;
    private CompletableFuture<Void> nextLook = new CompletableFuture<>();
    private long seen = -1;
    private StackTraceElement[] stack = new StackTraceElement[0];
    private boolean waitingOnPurpose;
    private boolean closed;
    private @Nullable AssertionError found;

    BlockedThread(Duration patience, LongSupplier progress) {
        this.patience = patience;
        this.progress = progress;
        lookLater();
    }

    private synchronized void lookLater() {
        nextLook = new CompletableFuture<Void>().orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS);
        var unused = nextLook.whenComplete((done, timeout) -> {
            if (timeout != null) {
                look();
            }
        });
    }

    private synchronized void look() {
        if (closed) {
            return;
        }
        long now = progress.getAsLong();
        StackTraceElement[] here = thread.getStackTrace();
        if (now == seen && !waitingOnPurpose && isWaiting() && Arrays.equals(here, stack)) {
            found = new AssertionError(
                    "the code of a task has waited for " + patience + " and was interrupted. Here all"
                            + " tasks are executed by one thread, one after the other: a task must not wait for another one, nor"
                            + " for time to pass. The stack below is that of the wait.");
            found.setStackTrace(here);
            thread.interrupt();
        }
        seen = now;
        stack = here;
        lookLater();
    }

    private boolean isWaiting() {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING || state == Thread.State.BLOCKED;
    }

    synchronized void waitsOnPurpose(boolean onPurpose) {
        waitingOnPurpose = onPurpose;
    }

    /** Fails if a task had to be interrupted. */
    synchronized void check() {
        if (found != null) {
            throw found;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        nextLook.complete(null);
    }
}
