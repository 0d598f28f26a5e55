package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The right to write to a run of the in-memory store. */
final class MemoryJournal implements RunJournal, AttemptLog {
    private final MemoryRun run;

    MemoryJournal(MemoryRun run) {
        this.run = run;
    }

    @Override
    public void reopen(Set<String> taskIds) {
        checkOwned();
        run.reopen(taskIds);
    }

    @Override
    public void started(Instant at, Receipt receipt) {
        RunLostException lost = run.lost(this);
        if (lost == null) {
            run.started(at);
            receipt.durable();
        } else {
            receipt.failed(lost);
        }
    }

    @Override
    public void write(TaskChange change, Receipt receipt) {
        StateStoreException refused = run.lost(this);
        if (refused == null) {
            refused = run.apply(change);
        }
        if (refused == null) {
            receipt.durable();
        } else {
            receipt.failed(refused);
        }
    }

    @Override
    public void started(WorkerAttempt attempt) {
        StateStoreException refused = run.lost(this);
        if (refused == null) {
            refused = run.begin(attempt);
        }
        if (refused != null) {
            attempt.notStored(refused);
        }
    }

    @Override
    public void succeeded(WorkerAttempt attempt, Instant at) {
        StateStoreException refused = run.lost(this);
        if (refused == null) {
            refused = run.succeed(attempt, at);
        }
        if (refused == null) {
            attempt.stored(at);
        } else {
            attempt.notStored(refused);
        }
    }

    @Override
    public boolean isImmediate() {
        return true;
    }

    @Override
    public void ended(RunState state, Instant at, Optional<ErrorInfo> error) {
        checkOwned();
        run.ended(state, at, error);
    }

    private void checkOwned() {
        RunLostException lost = run.lost(this);
        if (lost != null) {
            throw lost;
        }
    }

    @Override
    public void onCancelRequest(Runnable action) {
        run.onCancelRequest(this, action);
    }

    @Override
    public boolean isOwner() {
        return run.lost(this) == null;
    }

    /** Never: the owner lives as long as the store. */
    @Override
    public void onLost(Consumer<RunLostException> action) {}

    @Override
    public void close() {
        run.giveUp(this);
    }
}
