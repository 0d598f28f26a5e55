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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One run of the in-memory store, and its journal. */
final class MemoryRun implements RunJournal {
    private static final float LOAD_FACTOR = 0.75f;

    private final NewRun definition;
    private final Map<String, MemoryTask> tasks;
    private final Map<Element, MemoryTask> elements = new ConcurrentHashMap<>();
    private RunState state = RunState.QUEUED;
    private Optional<Instant> startedAt = Optional.empty();
    private Optional<Instant> endedAt = Optional.empty();
    private Optional<ErrorInfo> error = Optional.empty();
    private boolean cancelRequested;
    private @Nullable Runnable onCancelRequest;

    private record Element(String taskId, int mapIndex) {}

    MemoryRun(NewRun definition) {
        this.definition = definition;
        this.tasks = new ConcurrentHashMap<>((int) (definition.tasks() / LOAD_FACTOR) + 1, LOAD_FACTOR);
    }

    synchronized StoredRun stored() {
        return new StoredRun(definition, state, startedAt, endedAt, error);
    }

    List<StoredTask> tasks() {
        List<StoredTask> rows = new ArrayList<>(tasks.size() + elements.size());
        tasks.values().forEach(task -> task.stored().ifPresent(rows::add));
        elements.values().forEach(task -> task.stored().ifPresent(rows::add));
        rows.sort(Comparator.comparing(StoredTask::taskId).thenComparingInt(StoredTask::mapIndex));
        return rows;
    }

    Optional<StoredTask> task(String taskId) {
        return Optional.ofNullable(tasks.get(taskId)).flatMap(MemoryTask::stored);
    }

    @Nullable
    Object output(String taskId) {
        MemoryTask task = tasks.get(taskId);
        if (task == null || task.state() != TaskState.SUCCEEDED) {
            throw new StateStoreException("task '" + taskId + "' of run " + definition.id() + " has no output", null);
        }
        return task.output();
    }

    List<@Nullable Object> outputs(String taskId) {
        List<MemoryTask> succeeded = new ArrayList<>();
        elements.forEach((element, task) -> {
            if (element.taskId().equals(taskId) && task.state() == TaskState.SUCCEEDED) {
                succeeded.add(task);
            }
        });
        succeeded.sort(Comparator.comparingInt(MemoryTask::mapIndex));
        List<@Nullable Object> outputs = new ArrayList<>(succeeded.size());
        succeeded.forEach(task -> outputs.add(task.output()));
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
        tasks.forEach((taskId, task) -> task.reopen(taskIds.contains(taskId)));
        elements.forEach((element, task) -> task.reopen(taskIds.contains(element.taskId())));
    }

    synchronized boolean mark(TaskChange mark) {
        if (!state.isFinal() || !taskOf(mark).mark(mark)) {
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
        StaleWriteException refused = taskOf(change).apply(change);
        if (refused == null) {
            receipt.durable();
        } else {
            receipt.failed(refused);
        }
    }

    private MemoryTask taskOf(TaskChange change) {
        return change.mapIndex() == StoredTask.NOT_MAPPED
                ? known(tasks, change.taskId())
                : known(elements, new Element(change.taskId(), change.mapIndex()));
    }

    private static <K> MemoryTask known(Map<K, MemoryTask> rows, K key) {
        MemoryTask task = rows.get(key);
        if (task == null) {
            MemoryTask fresh = new MemoryTask();
            MemoryTask other = rows.putIfAbsent(key, fresh);
            return other == null ? fresh : other;
        }
        return task;
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
