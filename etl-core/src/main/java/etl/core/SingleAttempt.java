package etl.core;

import etl.core.TaskAttempt.Interruption;
import etl.core.spi.ErrorInfo;
import etl.core.spi.OutputNotStorableException;
import etl.core.spi.RunInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One attempt with its journal; the thread that started it waits in {@link #await()}. */
final class SingleAttempt {
    private final RunSettings settings;
    private final Pipeline pipeline;
    private final RunInfo run;
    private final int task;
    private final int number;
    private final RunScope scope;
    private final RunJournal journal;
    private final RunEvents events;
    private final Instant firstBegan;
    private final CompletableFuture<EngineAttempt> result = new CompletableFuture<>();
    private volatile @Nullable TaskAttempt attempt;
    private volatile boolean cancelled;

    SingleAttempt(
            RunSettings settings,
            Pipeline pipeline,
            RunInfo run,
            int task,
            int number,
            Map<String, Object> arguments,
            RunJournal journal,
            Instant firstBegan) {
        this.settings = settings;
        this.pipeline = pipeline;
        this.run = run;
        this.task = task;
        this.number = number;
        this.scope = new RunScope(pipeline, run, settings, arguments);
        this.journal = journal;
        this.firstBegan = firstBegan;
        this.events = settings.listeners().of(pipeline, run, settings.time());
    }

    void execute(TaskBody body, TaskBody.Inputs inputs) {
        try {
            TaskRun taskRun = new TaskRun(TaskRuns.ofTasks(), task);
            Instant now = settings.time().instant();
            TaskAttempt started = new Attempt(taskRun, now);
            attempt = started;
            if (cancelled) {
                started.interrupt(Interruption.CANCEL);
            }
            Durably.write(journal, TaskChange.started(started.taskId(), number, started.startedAt()));
            events.tell(new RunListener.TaskStarted(
                    run, started.taskId(), StoredTask.NOT_MAPPED, number, started.startedAt()));
            started.execute(body, inputs);
        } catch (RuntimeException | Error failure) {
            TaskAttempt unexecuted = attempt;
            if (unexecuted == null || !unexecuted.isBeingExecuted() || unexecuted.endUnexecuted()) {
                result.completeExceptionally(failure);
            }
        }
    }

    EngineAttempt await() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return settings.executor().await(run.id(), result, SystemTime.FOREVER);
                } catch (ExecutionException failure) {
                    throw Durably.unchecked(failure);
                } catch (TimeoutException aHundredYears) {
                    // Go on waiting.
                } catch (InterruptedException interruption) {
                    interrupted = true;
                    // Either this thread sees the attempt, or the one that makes it sees the flag.
                    cancelled = true;
                    TaskAttempt started = attempt;
                    if (started != null) {
                        started.interrupt(Interruption.CANCEL);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void ended(TaskAttempt ended, @Nullable Object output, @Nullable Throwable failure) {
        if (failure != null) {
            failed(ended, failure);
            return;
        }
        TaskChange durable = ended.success();
        if (durable != null) {
            succeeded(ended, durable.at(), durable.output());
            return;
        }
        Instant now = settings.time().instant();
        try {
            Durably.write(
                    journal,
                    TaskChange.succeeded(
                            ended.taskId(),
                            number,
                            now,
                            ended.rows(),
                            output,
                            pipeline.task(task).outputType()));
        } catch (OutputNotStorableException notStorable) {
            close(ended, notStorable, TaskState.FAILED, Duration.ZERO);
            return;
        }
        succeeded(ended, now, output);
    }

    private void succeeded(TaskAttempt ended, Instant at, @Nullable Object output) {
        tellEnded(ended, at, TaskState.SUCCEEDED, Optional.empty());
        result.complete(new EngineAttempt(TaskState.SUCCEEDED, number, false, Duration.ZERO, Optional.empty(), output));
    }

    private void failed(TaskAttempt ended, Throwable failure) {
        if (ended.interruption() == Interruption.CANCEL) {
            close(ended, failure, TaskState.CANCELLED, Duration.ZERO);
            return;
        }
        if (failure instanceof TaskSkippedException && ended.interruption() == null) {
            close(ended, failure, TaskState.SKIPPED, Duration.ZERO);
            return;
        }
        Duration elapsed = Duration.between(firstBegan, settings.time().instant());
        pipeline.task(task)
                .retry()
                .delayAfter(number, failure, elapsed, settings.random())
                .ifPresentOrElse(
                        delay -> close(ended, failure, TaskState.RETRYING, delay),
                        () -> close(ended, failure, TaskState.FAILED, Duration.ZERO));
    }

    private void close(TaskAttempt ended, Throwable failure, TaskState state, Duration retryAfter) {
        Instant now = settings.time().instant();
        ErrorInfo error = ErrorInfo.of(failure);
        Durably.write(
                journal,
                state == TaskState.SKIPPED
                        ? TaskChange.skipped(ended.taskId(), number, now, ended.rows(), error)
                        : TaskChange.failed(ended.taskId(), number, state, now, ended.rows(), error));
        if (state == TaskState.RETRYING) {
            events.tell(new RunListener.TaskRetrying(
                    run, ended.taskId(), StoredTask.NOT_MAPPED, number, error, retryAfter));
        } else {
            tellEnded(ended, now, state, Optional.of(error));
        }
        result.complete(new EngineAttempt(
                state, number, failure instanceof TaskTimeoutException, retryAfter, Optional.of(error), null));
    }

    private void tellEnded(TaskAttempt ended, Instant now, TaskState state, Optional<ErrorInfo> error) {
        events.tell(new RunListener.TaskEnded(
                run,
                ended.taskId(),
                StoredTask.NOT_MAPPED,
                number,
                state,
                Duration.between(ended.startedAt(), now),
                ended.rows(),
                error,
                Optional.empty()));
    }

    private void abandoned(TaskAttempt ended, TaskAbandonedException failure) {
        TaskChange durable = ended.success();
        if (durable != null) {
            succeeded(ended, durable.at(), durable.output());
            return;
        }
        try {
            close(
                    ended,
                    failure,
                    ended.interruption() == Interruption.CANCEL ? TaskState.CANCELLED : TaskState.FAILED,
                    Duration.ZERO);
        } catch (RuntimeException notStored) {
            notStored.addSuppressed(failure);
            result.completeExceptionally(notStored);
        }
    }

    private final class Attempt extends TaskAttempt {
        Attempt(TaskRun taskRun, Instant startedAt) {
            super(taskRun, number, startedAt);
        }

        @Override
        RunScope scope() {
            return scope;
        }

        @Override
        void ended(@Nullable Object output, @Nullable Throwable failure) {
            SingleAttempt.this.ended(this, output, failure);
        }

        @Override
        void abandoned(TaskAbandonedException failure) {
            SingleAttempt.this.abandoned(this, failure);
        }
    }
}
