package etl.core;

import etl.core.spi.EngineRun;
import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.RunLostException;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run of the in-memory store. Safe for use by many threads. */
final class MemoryRun {
    private static final String OWNER = "this process";

    private final NewRun definition;
    private final MemoryRows rows;
    private RunState state = RunState.QUEUED;
    private Optional<Instant> startedAt = Optional.empty();
    private Optional<Instant> endedAt = Optional.empty();
    private Optional<ErrorInfo> error = Optional.empty();
    private boolean cancelRequested;
    private @Nullable Runnable onCancelRequest;
    private volatile @Nullable MemoryJournal owner;
    private boolean wasTaken;
    private volatile boolean purged;

    MemoryRun(NewRun definition) {
        this.definition = definition;
        this.rows = new MemoryRows(definition.tasks());
    }

    synchronized StoredRun stored() {
        Optional<String> who = owner == null ? Optional.empty() : Optional.of(OWNER);
        return new StoredRun(definition, state, startedAt, endedAt, error, 0, who);
    }

    /** The owner lives as long as this store, so that it never counts as dead. */
    synchronized MemoryJournal take() {
        if (purged) {
            throw new StateStoreException("there is no run " + definition.id() + " in this store", null);
        }
        MemoryJournal journal = new MemoryJournal(this);
        if (hasOwner()) {
            if (owner != null) {
                throw new RunOwnedException(definition.id(), OWNER);
            }
            owner = journal;
            wasTaken = true;
        }
        return journal;
    }

    private boolean hasOwner() {
        return definition.engineRun().equals(EngineRun.LOCAL);
    }

    synchronized void giveUp(MemoryJournal journal) {
        if (owner == journal) {
            owner = null;
            onCancelRequest = null;
            rows.letGo();
        }
    }

    /** Whether the journal may write; null if it may. */
    @Nullable
    RunLostException lost(MemoryJournal journal) {
        if (purged) {
            return new RunLostException(definition.id(), "it was purged");
        }
        return owner == journal || !hasOwner()
                ? null
                : new RunLostException(definition.id(), "its journal was closed before");
    }

    synchronized boolean isAbandoned() {
        return !state.isFinal() && owner == null && wasTaken;
    }

    synchronized boolean isPurgeable(Instant endedBefore) {
        return state.isFinal()
                && owner == null
                && endedAt.filter(at -> at.isBefore(endedBefore)).isPresent();
    }

    /** Nobody can take the run after that. */
    synchronized boolean purge(Instant endedBefore) {
        purged = purged || isPurgeable(endedBefore);
        return purged;
    }

    /** How many task runs there may be at most. */
    int size() {
        return rows.size();
    }

    List<StoredTask> tasks() {
        List<StoredTask> stored = new ArrayList<>();
        rows.all().forEach(task -> task.stored().ifPresent(stored::add));
        stored.sort(Comparator.comparing(StoredTask::taskId).thenComparingInt(StoredTask::mapIndex));
        return stored;
    }

    Optional<StoredTask> task(String taskId) {
        return Optional.ofNullable(rows.find(taskId)).flatMap(MemoryTask::stored);
    }

    @Nullable
    Object output(String taskId) {
        MemoryTask task = rows.find(taskId);
        if (task == null || task.state() != TaskState.SUCCEEDED) {
            throw new StateStoreException("task '" + taskId + "' of run " + definition.id() + " has no output", null);
        }
        return task.output();
    }

    List<@Nullable Object> outputs(String taskId) {
        List<@Nullable Object> outputs = new ArrayList<>();
        rows.elementsOf(taskId).stream()
                .filter(task -> task.state() == TaskState.SUCCEEDED)
                .sorted(Comparator.comparingInt(MemoryTask::mapIndex))
                .forEach(task -> outputs.add(task.output()));
        return outputs;
    }

    /** Whoever reopens a run without an owner may be late: another thread may be executing its tasks already. */
    synchronized void reopen(Set<String> taskIds) {
        if (!hasOwner() && !isReopenedByAnybody(taskIds)) {
            return;
        }
        state = RunState.RUNNING;
        endedAt = Optional.empty();
        error = Optional.empty();
        cancelRequested = false;
        onCancelRequest = null;
        rows.all().forEach(task -> task.reopen(taskIds));
    }

    private boolean isReopenedByAnybody(Set<String> taskIds) {
        return state.isFinal() && (state != RunState.SUCCEEDED || !taskIds.isEmpty());
    }

    synchronized boolean mark(TaskChange mark) {
        if (!state.isFinal() || owner != null || !rows.of(mark).mark(mark)) {
            return false;
        }
        if (state == RunState.SUCCEEDED && mark.state() == TaskState.FAILED) {
            state = RunState.FAILED;
            error = mark.error();
        }
        return true;
    }

    boolean requestCancel() {
        Runnable action;
        synchronized (this) {
            if (state.isFinal()) {
                return false;
            }
            cancelRequested = true;
            action = onCancelRequest;
            onCancelRequest = null;
        }
        if (action != null) {
            action.run();
        }
        return true;
    }

    /** Nothing is done for a journal that was closed. */
    void onCancelRequest(MemoryJournal journal, Runnable action) {
        synchronized (this) {
            if (lost(journal) != null) {
                return;
            }
            if (!cancelRequested) {
                onCancelRequest = action;
                return;
            }
        }
        action.run();
    }

    synchronized void started(Instant at) {
        state = RunState.RUNNING;
        if (startedAt.isEmpty()) {
            startedAt = Optional.of(at);
        }
    }

    @Nullable
    StaleWriteException apply(TaskChange change) {
        return rows.apply(change);
    }

    /** The same for the start of an attempt, of which no change is made as long as nothing else happens to its task run. */
    @Nullable
    StaleWriteException begin(WorkerAttempt attempt) {
        boolean added = !attempt.taskRun().isElement() && rows.begin(attempt.task(), attempt);
        return added ? null : rows.apply(attempt.start());
    }

    @Nullable
    StaleWriteException succeed(WorkerAttempt attempt, Instant at) {
        TaskRun run = attempt.taskRun();
        boolean added = !run.isElement() && rows.succeed(run.task(), attempt, run);
        return added ? null : rows.apply(attempt.successAt(at));
    }

    synchronized void ended(RunState finalState, Instant at, Optional<ErrorInfo> why) {
        state = finalState;
        endedAt = Optional.of(at);
        error = why;
    }
}
