package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.RunJournal;
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

/** One run of the in-memory store, and its journal. */
final class MemoryRun implements RunJournal {
    private final NewRun definition;
    private final MemoryRows rows;
    private RunState state = RunState.QUEUED;
    private Optional<Instant> startedAt = Optional.empty();
    private Optional<Instant> endedAt = Optional.empty();
    private Optional<ErrorInfo> error = Optional.empty();
    private boolean cancelRequested;
    private @Nullable Runnable onCancelRequest;

    MemoryRun(NewRun definition) {
        this.definition = definition;
        this.rows = new MemoryRows(definition.tasks());
    }

    synchronized StoredRun stored() {
        return new StoredRun(definition, state, startedAt, endedAt, error);
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

    synchronized void reopen(Set<String> taskIds) {
        if (state == RunState.SUCCEEDED) {
            throw new StateStoreException("run " + definition.id() + " cannot be reopened: it has succeeded", null);
        }
        reset(taskIds);
    }

    synchronized boolean rerun(Set<String> taskIds) {
        if (!state.isFinal()) {
            return false;
        }
        reset(taskIds);
        return true;
    }

    private void reset(Set<String> taskIds) {
        state = RunState.RUNNING;
        endedAt = Optional.empty();
        error = Optional.empty();
        cancelRequested = false;
        onCancelRequest = null;
        rows.all().forEach(task -> task.reopen(taskIds));
    }

    synchronized boolean mark(TaskChange mark) {
        if (!state.isFinal() || !rows.of(mark).mark(mark)) {
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

    @Override
    public void onCancelRequest(Runnable action) {
        synchronized (this) {
            if (!cancelRequested) {
                onCancelRequest = action;
                return;
            }
        }
        action.run();
    }

    @Override
    public synchronized void started(Instant at) {
        state = RunState.RUNNING;
        if (startedAt.isEmpty()) {
            startedAt = Optional.of(at);
        }
    }

    @Override
    public void write(TaskChange change, Receipt receipt) {
        StaleWriteException refused = rows.apply(change);
        if (refused == null) {
            receipt.durable();
        } else {
            receipt.failed(refused);
        }
    }

    @Override
    public synchronized void ended(RunState finalState, Instant at, Optional<ErrorInfo> why) {
        state = finalState;
        endedAt = Optional.of(at);
        error = why;
    }

    @Override
    public void close() {}
}
