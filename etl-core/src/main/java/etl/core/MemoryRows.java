package etl.core;

import etl.core.spi.RowCounts;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The task runs of one run of the in-memory store. A change that tells its task's position finds the row in an array; any
 * other one finds it by id. Safe for use by many threads.
 *
 * <p>Most task runs have one attempt, which succeeds. Of these the array holds no row but what it would be made of: the
 * attempt while it is executed, and then its success. The row is made when something else happens or somebody asks.
 */
final class MemoryRows {
    /** For each position nothing yet, the first attempt while it is executed, its success, or the row. */
    private final References<@Nullable Object> byPosition;

    private final Map<String, MemoryTask> byId = new ConcurrentHashMap<>();
    private final Map<Element, MemoryTask> elements = new ConcurrentHashMap<>();
    private volatile boolean hasUnknownIds;
    private volatile boolean isChanged;

    private record Element(String taskId, int mapIndex) {}

    MemoryRows(int tasks) {
        this.byPosition = new References<>(tasks);
    }

    /** An attempt that has begun. */
    interface Begun {
        String taskId();

        int attempt();

        Instant startedAt();
    }

    /** The success of a first attempt; it does not change any more. */
    interface Succeeded {
        String taskId();

        Instant startedAt();

        Instant endedAt();

        RowCounts rows();

        @Nullable
        Object output();
    }

    /** Adds a change to its task run, unless the state does not allow it. */
    @Nullable
    StaleWriteException apply(TaskChange change) {
        if (!isChanged) {
            isChanged = true;
        }
        return of(change).apply(change);
    }

    /** Adds the first attempt of a task run; false if it has to be added as a change. */
    boolean begin(int position, Begun attempt) {
        if (attempt.attempt() != 1 || !byId.isEmpty() || !byPosition.compareAndSet(position, null, attempt)) {
            return false;
        }
        if (!hasUnknownIds) {
            hasUnknownIds = true;
        }
        return true;
    }

    /** Adds the success of an attempt that was added so; false if it has to be added as a change. */
    boolean succeed(int position, Begun attempt, Succeeded success) {
        return byPosition.compareAndSet(position, attempt, success);
    }

    /**
     * Nothing is executed any more: rows take the place of what is more than a row, and may hold the exceptions of other tasks.
     * If there was nothing but successes, it holds nothing else.
     */
    void letGo() {
        if (isChanged) {
            for (int position = 0; position < byPosition.length(); position++) {
                row(position);
            }
        }
    }

    private boolean hasPlace(TaskChange change) {
        return change.mapIndex() == StoredTask.NOT_MAPPED
                && change.position() >= 0
                && change.position() < byPosition.length();
    }

    /** The task run that a change is about. */
    MemoryTask of(TaskChange change) {
        if (change.mapIndex() != StoredTask.NOT_MAPPED) {
            return elements.computeIfAbsent(
                    new Element(change.taskId(), change.mapIndex()), any -> new MemoryTask(change.taskId()));
        }
        if (hasPlace(change)) {
            MemoryTask known = row(change.position());
            return known == null ? place(change.position(), change.taskId()) : known;
        }
        knowIds();
        return byId.computeIfAbsent(change.taskId(), any -> new MemoryTask(change.taskId()));
    }

    /** The row at a position, made of what is there; null if nothing is. */
    private @Nullable MemoryTask row(int position) {
        while (true) {
            Object there = byPosition.get(position);
            if (there == null || there instanceof MemoryTask) {
                return (MemoryTask) there;
            }
            MemoryTask row = MemoryTask.of(there instanceof Begun attempt ? entry(attempt) : entry((Succeeded) there));
            if (byPosition.compareAndSet(position, there, row)) {
                return row;
            }
        }
    }

    private static MemoryTask.Entry entry(Begun attempt) {
        Instant at = attempt.startedAt();
        return new MemoryTask.Entry(TaskChange.started(attempt.taskId(), 1, at), at, false, null);
    }

    private static MemoryTask.Entry entry(Succeeded success) {
        TaskChange change = TaskChange.succeeded(
                success.taskId(), 1, success.endedAt(), success.rows(), success.output(), Object.class);
        return new MemoryTask.Entry(change, success.startedAt(), false, null);
    }

    private MemoryTask place(int position, String taskId) {
        MemoryTask known = byId.isEmpty() ? null : byId.get(taskId);
        MemoryTask task = known == null ? new MemoryTask(taskId) : known;
        if (byPosition.compareAndSet(position, null, task)) {
            hasUnknownIds = true;
            return task;
        }
        return Objects.requireNonNull(row(position));
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
            MemoryTask task = row(position);
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
