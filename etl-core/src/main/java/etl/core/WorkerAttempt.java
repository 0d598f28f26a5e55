package etl.core;

import etl.core.spi.RunJournal;
import etl.core.spi.StateStoreException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An attempt that a worker of a run executes, and the receipt of its success: most attempts need nothing else. */
final class WorkerAttempt extends TaskAttempt implements RunJournal.Receipt {
    private final AttemptEnds ends;
    private final RunWorkers.Worker worker;
    private @Nullable Instant endedAt;

    WorkerAttempt(AttemptEnds ends, TaskRun taskRun, int number, Instant startedAt, RunWorkers.Worker worker) {
        super(taskRun, number, startedAt);
        this.ends = ends;
        this.worker = worker;
    }

    /**
     * The worker, if that is what the calling thread still works as: it may be telling what became of the attempt when it
     * works for another run already.
     */
    RunWorkers.@Nullable Worker workerOfThisThread() {
        return isOfThisThread() && worker.isAtWork() ? worker : null;
    }

    /** The attempt has succeeded; its success is on its way to the store. */
    void succeededAt(Instant at) {
        endedAt = at;
    }

    @Override
    RunScope scope() {
        return ends.scope();
    }

    @Override
    void ended(@Nullable Object output, @Nullable Throwable failure) {
        ends.ended(this, output, failure);
    }

    @Override
    void abandoned(TaskAbandonedException failure) {
        ends.abandoned(this, failure);
    }

    @Override
    public void durable() {
        ends.durable(this, Objects.requireNonNull(endedAt));
    }

    @Override
    public void failed(StateStoreException failure) {
        ends.notStored(failure);
    }
}
