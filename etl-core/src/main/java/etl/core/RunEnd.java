package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.RunLostException;
import etl.core.spi.StateStore;
import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How one run ends, which it does once: with a final state, or stopped so that it can be resumed. */
final class RunEnd {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final RunScope scope;
    private final RunJournal journal;
    private final TaskTable table;
    private final RunEvents events;
    private final @Nullable CacheGate gate;
    private final Instant startedAt;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean late = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
    private final AtomicReference<Time.Alarm> deadline = new AtomicReference<>(Time.Alarm.NONE);
    private final CompletableFuture<RunReport> report = new CompletableFuture<>();

    RunEnd(RunScope scope, RunJournal journal, TaskTable table, RunEvents events, @Nullable CacheGate gate) {
        this.scope = scope;
        this.journal = journal;
        this.table = table;
        this.events = events;
        this.gate = gate;
        this.startedAt = scope.settings().time().instant();
    }

    Instant startedAt() {
        return startedAt;
    }

    CompletableFuture<RunReport> report() {
        return report;
    }

    boolean isOver() {
        return over.get();
    }

    /** The first failure is why the run fails. */
    void failedWith(Throwable failure) {
        firstFailure.compareAndSet(null, failure);
    }

    void watchDeadline(Duration limit, Runnable missed) {
        deadline.set(scope.settings().time().after(limit, missed));
        if (over.get()) {
            dropDeadline();
        }
    }

    void dropDeadline() {
        deadline.get().cancel();
    }

    /** The run takes longer than it may, and is about to be cancelled for that. */
    void missed(Duration limit) {
        failedWith(new RunDeadlineException(scope.run().id(), limit));
        late.set(true);
    }

    /** All task runs are final. */
    void finish() {
        if (over.compareAndSet(false, true)) {
            finish(id -> journal);
        }
    }

    /** No thread works for the run any more, and it may have been stopped before all task runs were final. */
    void stop(@Nullable Throwable cause) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        giveUp();
        if (table.isAllFinal()) {
            // What had been written when the run was stopped was all that was left to do.
            finish(this::takenAgain);
            return;
        }
        RunId run = scope.run().id();
        String why = cause == null ? "shutdown" : String.valueOf(cause.getMessage());
        LOG.warn("run {} was stopped and can be resumed: {}", run, why);
        stopped(why, cause);
    }

    /** Whatever fails here, whoever waits for the run hears of it. */
    private void stopped(String why, @Nullable Throwable cause) {
        try {
            Duration duration =
                    Duration.between(startedAt, scope.settings().time().instant());
            events.stopped(new RunListener.RunStopped(scope.run(), duration, why));
        } catch (RuntimeException | Error defect) {
            LOG.warn("run {}: its stop could not be told", scope.run().id(), defect);
        } finally {
            report.completeExceptionally(new RunStoppedException(scope.run().id(), why, cause));
        }
    }

    private void giveUp() {
        try (journal) {
            closeGate();
        } catch (RuntimeException | Error failure) {
            LOG.warn("run {} may stay taken for a while", scope.run().id(), failure);
        }
    }

    /** Whoever had the run in between may have ended it, or executed again what has failed here. */
    private RunJournal takenAgain(RunId run) {
        StateStore store = scope.settings().store();
        RunJournal taken = store.journal(run);
        try {
            boolean unended =
                    store.find(run).filter(stored -> !stored.state().isFinal()).isPresent();
            if (unended && table.isAsStored(store.tasks(run))) {
                return taken;
            }
            throw new RunLostException(run, "somebody else has gone on with it");
        } catch (RuntimeException | Error failure) {
            taken.close();
            throw failure;
        }
    }

    private void closeGate() {
        if (gate != null) {
            gate.close();
        }
    }

    private void finish(Function<RunId, RunJournal> journals) {
        try {
            report.complete(ended(journals));
        } catch (RuntimeException | Error notStored) {
            stopped("its end could not be stored", notStored);
        }
    }

    private RunReport ended(Function<RunId, RunJournal> journals) {
        RunId run = scope.run().id();
        RunState state;
        Instant now;
        Throwable failure;
        Optional<ErrorInfo> error;
        try (RunJournal open = journals.apply(run)) {
            now = scope.settings().time().instant();
            dropDeadline();
            closeGate();
            state = state();
            failure = state == RunState.FAILED ? firstFailure.get() : null;
            error = Optional.ofNullable(failure).map(ErrorInfo::of);
            open.ended(state, now, error);
        }
        Duration duration = Duration.between(startedAt, now);
        if (events.isActive()) {
            events.tell(new RunListener.RunEnded(scope.run(), state, duration, error));
        }
        LOG.info("run {} of pipeline '{}' {} after {}", run, scope.pipeline().name(), state, duration);
        return table.report(run, scope.settings().store(), state, duration, failure);
    }

    private RunState state() {
        return late.get() ? RunState.FAILED : table.runState();
    }
}
