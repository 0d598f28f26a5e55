package etl.core;

import etl.core.TaskAttempt.Interruption;
import etl.core.spi.ErrorInfo;
import etl.core.spi.OutputNotStorableException;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What follows from the ends of the attempts of one run: a stored output, another attempt, or a failure. */
final class AttemptEnds {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final RunExecution execution;
    private final RunScope scope;
    private final Time time;
    private final RunJournal journal;
    private final AttemptLog log;
    private final RunWorkers workers;
    private final @Nullable CacheGate gate;
    private final Map<TaskRun, Time.Alarm> waiting = new ConcurrentHashMap<>();

    AttemptEnds(
            RunExecution execution,
            RunScope scope,
            RunJournal journal,
            AttemptLog log,
            RunWorkers workers,
            @Nullable CacheGate gate) {
        this.execution = execution;
        this.scope = scope;
        this.time = scope.settings().time();
        this.journal = journal;
        this.log = log;
        this.workers = workers;
        this.gate = gate;
    }

    RunScope scope() {
        return scope;
    }

    void ended(WorkerAttempt attempt, @Nullable Object output, @Nullable Throwable failure) {
        if (gate != null) {
            gate.ended(attempt.taskRun(), output, failure);
        }
        if (failure == null) {
            succeeded(attempt, output);
        } else {
            failed(attempt, failure);
        }
    }

    void abandoned(WorkerAttempt attempt, TaskAbandonedException failure) {
        if (gate != null) {
            execution.hand(() -> gate.givenUp(attempt.taskRun()));
        }
        execution.steps().carryOut(() -> closeAbandoned(attempt, failure));
        workers.abandoned(attempt);
        execution.hand(execution::idle);
    }

    private void closeAbandoned(WorkerAttempt attempt, TaskAbandonedException failure) {
        TaskChange durable = attempt.success();
        if (durable != null) {
            recorded(attempt, durable);
        } else if (attempt.interruption() != Interruption.STOP) {
            closeFailed(attempt, failure);
        }
    }

    /** The success was recorded while the attempt was being executed. */
    private void recorded(WorkerAttempt attempt, TaskChange durable) {
        attempt.taskRun().output(durable.output());
        stored(attempt, TaskState.SUCCEEDED, durable.at(), durable.rows(), null, null);
    }

    private void succeeded(WorkerAttempt attempt, @Nullable Object output) {
        TaskChange durable = attempt.success();
        if (durable != null) {
            recorded(attempt, durable);
            return;
        }
        TaskRun taskRun = attempt.taskRun();
        taskRun.output(output);
        if (!log.isImmediate()) {
            execution.awaitsStore(taskRun, attempt.workerOfThisThread());
        }
        Instant now = time.instant();
        taskRun.measured(attempt.startedAt(), now, attempt.rows());
        try {
            log.succeeded(attempt, now);
        } catch (OutputNotStorableException notStorable) {
            closeFailed(attempt, notStorable);
        }
    }

    private void failed(WorkerAttempt attempt, Throwable failure) {
        if (attempt.interruption() == Interruption.STOP) {
            return;
        }
        if (failure instanceof TaskSkippedException && attempt.interruption() == null) {
            close(attempt, failure, TaskState.SKIPPED);
            return;
        }
        TaskRun taskRun = attempt.taskRun();
        RetryPolicy policy = scope.pipeline().task(taskRun.task()).retry();
        Duration elapsed = Duration.between(taskRun.begunAt(), time.instant());
        Optional<Duration> delay = attempt.interruption() == Interruption.CANCEL
                ? Optional.empty()
                : policy.delayAfter(
                        taskRun.attemptsSinceStart(),
                        failure,
                        elapsed,
                        scope.settings().random());
        if (delay.isEmpty()) {
            closeFailed(attempt, failure);
            return;
        }
        LOG.warn(
                "run {}: task '{}', attempt {}, failed; the next attempt is due in {}",
                scope.run().id(),
                attempt.taskId(),
                attempt.attempt(),
                delay.get(),
                MaskedFailure.of(failure));
        retry(attempt, failure, delay.get());
    }

    private void retry(WorkerAttempt attempt, Throwable failure, Duration delay) {
        TaskRun taskRun = attempt.taskRun();
        ErrorInfo error = ErrorInfo.of(failure);
        journal.write(
                taskRun.of(TaskChange.failed(
                        attempt.taskId(),
                        attempt.attempt(),
                        TaskState.RETRYING,
                        time.instant(),
                        attempt.rows(),
                        error)),
                execution.noted());
        if (execution.events().isActive()) {
            execution
                    .events()
                    .tell(new RunListener.TaskRetrying(
                            scope.run(), attempt.taskId(), taskRun.mapIndex(), attempt.attempt(), error, delay));
        }
        taskRun.move(TaskState.RETRYING);
        waiting.put(taskRun, time.after(delay, () -> {
            waiting.remove(taskRun);
            execution.steps().carryOut(() -> workers.add(taskRun));
        }));
        if (execution.halt().isCancelled(taskRun.task())) {
            execution.cancelRetry(taskRun);
            // Whoever has cancelled it meanwhile may have been there before the alarm.
            dropAlarm(taskRun);
        }
    }

    /** The task run's last attempt has failed: it is FAILED, or CANCELLED if that is why. */
    private void closeFailed(WorkerAttempt attempt, Throwable failure) {
        if (attempt.interruption() == Interruption.CANCEL) {
            close(attempt, failure, TaskState.CANCELLED);
            return;
        }
        execution.failedWith(failure);
        LOG.error(
                "run {}: task '{}' failed in attempt {}",
                scope.run().id(),
                attempt.taskId(),
                attempt.attempt(),
                MaskedFailure.of(failure));
        close(attempt, failure, TaskState.FAILED);
    }

    private void close(WorkerAttempt attempt, Throwable why, TaskState state) {
        ErrorInfo error = ErrorInfo.of(why);
        Instant now = time.instant();
        RowCounts rows = attempt.rows();
        TaskChange change = state == TaskState.SKIPPED
                ? TaskChange.skipped(attempt.taskId(), attempt.attempt(), now, rows, error)
                : TaskChange.failed(attempt.taskId(), attempt.attempt(), state, now, rows, error);
        journal.write(
                attempt.taskRun().of(change), execution.onDurable(() -> stored(attempt, state, now, rows, why, error)));
    }

    /** The success of an attempt is durable. */
    void durable(WorkerAttempt attempt, Instant endedAt) {
        try {
            stored(attempt, TaskState.SUCCEEDED, endedAt, attempt.taskRun().rows(), null, null);
        } catch (RuntimeException | Error defect) {
            execution.failed(defect);
        }
    }

    /** The final state of an attempt's task run is durable. */
    private void stored(
            WorkerAttempt attempt,
            TaskState state,
            Instant at,
            RowCounts rows,
            @Nullable Throwable why,
            @Nullable ErrorInfo error) {
        TaskRun taskRun = attempt.taskRun();
        RunWorkers.Worker worker = attempt.workerOfThisThread();
        // The code may have gone on for long after its success was recorded, and so may a store that waits for a disk.
        if (log.isImmediate() && worker != null && attempt.success() == null) {
            worker.goesOnAt(at);
        }
        execution.tellEnded(taskRun, state, attempt.attempt(), attempt.startedAt(), at, rows, error);
        if (why == null || error == null) {
            taskRun.move(state);
        } else {
            taskRun.close(state, why, error);
        }
        execution.closed(taskRun, state, worker);
    }

    void notStored(StateStoreException failure) {
        execution.stop(failure);
    }

    /** No task run starts again. */
    void dropWaiting() {
        waiting.keySet().forEach(this::dropAlarm);
    }

    /** A task run does not wait for its next attempt any more, if it does. */
    void dropAlarm(TaskRun taskRun) {
        Time.Alarm alarm = waiting.remove(taskRun);
        if (alarm != null) {
            alarm.cancel();
        }
    }
}
