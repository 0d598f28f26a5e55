package etl.core;

import etl.core.TaskAttempt.Interruption;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Whether a run is drained, cancelled or stopped, and which of its tasks that concerns. Safe for use by many threads. */
final class Halt {
    private final Pipeline pipeline;
    private final AtomicReference<@Nullable Interruption> reason = new AtomicReference<>();
    private volatile boolean draining;

    Halt(Pipeline pipeline) {
        this.pipeline = pipeline;
    }

    void drain() {
        draining = true;
    }

    /** False if the run is being cancelled or stopped already. */
    boolean cancel() {
        return reason.compareAndSet(null, Interruption.CANCEL);
    }

    /** False if the run is being stopped already. */
    boolean stop() {
        return reason.getAndSet(Interruption.STOP) != Interruption.STOP;
    }

    boolean isDraining() {
        return draining;
    }

    boolean isStopped() {
        return reason.get() == Interruption.STOP;
    }

    /** Whether the run is neither cancelled nor stopped. */
    boolean isAbsent() {
        return reason.get() == null;
    }

    /** Whether attempts may begin. */
    boolean letsStart() {
        return !draining && !isStopped();
    }

    /** Why an attempt of a task may not go on, if it may not. */
    @Nullable
    Interruption reasonFor(int task) {
        Interruption now = reason.get();
        return now == Interruption.CANCEL && !isCancellable(task) ? null : now;
    }

    /** Whether the run is being cancelled and the task with it. */
    boolean isCancelled(int task) {
        return reasonFor(task) == Interruption.CANCEL;
    }

    /** A cancel leaves the tasks alone that clean up after the others. */
    boolean isCancellable(int task) {
        return !pipeline.start(task).cleansUp();
    }
}
