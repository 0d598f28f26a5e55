package etl.core;

import etl.core.spi.StaleWriteException;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The task runs of one run of the in-memory store. A change that tells its task's position finds the row in an array; any
 * other one finds it by id. Safe for use by many threads.
 */
final class MemoryRows {
    private final AtomicReferenceArray<@Nullable MemoryTask> byPosition;
    private final Map<String, MemoryTask> byId = new ConcurrentHashMap<>();
    private final Map<Element, MemoryTask> elements = new ConcurrentHashMap<>();
    private volatile boolean hasUnknownIds;

    private record Element(String taskId, int mapIndex) {}

    MemoryRows(int tasks) {
        this.byPosition = new AtomicReferenceArray<>(tasks);
    }

    /** Adds a change to its task run, unless the state does not allow it. */
    @Nullable
    StaleWriteException apply(TaskChange change) {
        if (isFirst(change)) {
            MemoryTask task = MemoryTask.begun(change);
            if (byPosition.compareAndSet(change.position(), null, task)) {
                hasUnknownIds = true;
                return null;
            }
        }
        return of(change).apply(change);
    }

    /** The usual beginning of a task run, which needs one write only. */
    private boolean isFirst(TaskChange change) {
        int position = change.position();
        return change.state() == TaskState.RUNNING
                && change.mapIndex() == StoredTask.NOT_MAPPED
                && position >= 0
                && position < byPosition.length()
                && byPosition.get(position) == null
                && byId.isEmpty();
    }

    /** The task run that a change is about. */
    MemoryTask of(TaskChange change) {
        if (change.mapIndex() != StoredTask.NOT_MAPPED) {
            return elements.computeIfAbsent(
                    new Element(change.taskId(), change.mapIndex()), any -> new MemoryTask(change.taskId()));
        }
        int position = change.position();
        if (position < 0 || position >= byPosition.length()) {
            knowIds();
            return byId.computeIfAbsent(change.taskId(), any -> new MemoryTask(change.taskId()));
        }
        MemoryTask task = byPosition.get(position);
        return task == null ? place(position, change.taskId()) : task;
    }

    private MemoryTask place(int position, String taskId) {
        MemoryTask known = byId.isEmpty() ? null : byId.get(taskId);
        MemoryTask task = known == null ? new MemoryTask(taskId) : known;
        MemoryTask other = byPosition.compareAndExchange(position, null, task);
        hasUnknownIds = true;
        return other == null ? task : other;
    }

    /**
     * Whoever asks for an id wants to find those, too, that were written by position; if somebody is just collecting them,
     * after that.
     */
    private synchronized void knowIds() {
        if (!hasUnknownIds) {
            return;
        }
        hasUnknownIds = false;
        for (int position = 0; position < byPosition.length(); position++) {
            MemoryTask task = byPosition.get(position);
            if (task != null) {
                byId.putIfAbsent(task.taskId(), task);
            }
        }
    }

    @Nullable
    MemoryTask find(String taskId) {
        knowIds();
        return byId.get(taskId);
    }

    /** All task runs, in no order. */
    Set<MemoryTask> all() {
        knowIds();
        Set<MemoryTask> all = Collections.newSetFromMap(new IdentityHashMap<>());
        all.addAll(byId.values());
        all.addAll(elements.values());
        return all;
    }

    /** The elements of a mapped task, in no order. */
    Set<MemoryTask> elementsOf(String taskId) {
        Set<MemoryTask> found = Collections.newSetFromMap(new IdentityHashMap<>());
        elements.forEach((element, task) -> {
            if (element.taskId().equals(taskId)) {
                found.add(task);
            }
        });
        return found;
    }

    /** How many task runs there may be at most. */
    int size() {
        return byPosition.length() + elements.size();
    }
}
