package etl.core;

import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An attempt that a worker of a run executes. */
final class WorkerAttempt extends TaskAttempt {
    private final AttemptEnds ends;
    private final RunWorkers.Worker worker;

    WorkerAttempt(AttemptEnds ends, TaskRun taskRun, int number, Instant startedAt, RunWorkers.Worker worker) {
        super(taskRun, number, startedAt);
        this.ends = ends;
        this.worker = worker;
    }

    /**
     * The worker, if that is what the calling thread still works as: it may be telling what became of the attempt when it
     * works for another run already, or the attempt that it executes has been abandoned.
     */
    RunWorkers.@Nullable Worker workerOfThisThread() {
        return isOfThisThread() && worker.isAtWork() && !isAbandoned() ? worker : null;
    }

    TaskChange start() {
        return taskRun().started(taskId(), startedAt());
    }

    TaskChange successAt(Instant at) {
        return taskRun()
                .succeeded(
                        taskId(),
                        scope().pipeline().node(task()).outputType(),
                        at,
                        taskRun().rows());
    }

    /** The success of the attempt is durable. */
    void stored(Instant at) {
        ends.durable(this, at);
    }

    /** What has become of the attempt could not be recorded. */
    void notStored(StateStoreException failure) {
        ends.notStored(failure);
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
}
