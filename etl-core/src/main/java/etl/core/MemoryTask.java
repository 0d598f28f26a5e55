package etl.core;

import etl.core.spi.StaleWriteException;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One task run of the in-memory store: one entry for each attempt and for what ended the task run otherwise, the newest
 * first. What is asked for is read from them, so that a change costs one small object. Safe for use by many threads.
 */
final class MemoryTask extends AtomicReference<MemoryTask.@Nullable Entry> {
    private static final long serialVersionUID = 1L;

    private final String taskId;

    MemoryTask(String taskId) {
        this.taskId = taskId;
    }

    /** A task run of which one entry is known. */
    static MemoryTask of(Entry only) {
        MemoryTask task = new MemoryTask(only.change().taskId());
        task.setPlain(only);
        return task;
    }

    String taskId() {
        return taskId;
    }

    /**
     * An entry.
     *
     * @param change the last change
     * @param startedAt when the attempt began that the change is about; null if it is about none
     * @param reopened whether the run was reopened since, after which nothing counts but the attempts
     * @param before the entry before
     */
    record Entry(
            TaskChange change,
            @Nullable Instant startedAt,
            boolean reopened,
            @Nullable Entry before) {
        TaskState state() {
            return reopened ? TaskState.PENDING : change.state();
        }
    }

    /** Adds a change, unless the state does not allow it. */
    @Nullable
    StaleWriteException apply(TaskChange change) {
        Entry last = get();
        while (allows(last, change)) {
            if (compareAndSet(last, after(last, change))) {
                return null;
            }
            last = get();
        }
        return new StaleWriteException("task '" + change.taskId() + "', attempt " + change.attempt()
                + ", cannot become " + change.state() + ": it is " + state(last) + " in attempt " + attempt(last));
    }

    /** Adds an attempt that began and ended at once, whatever the state is, if it is the next one. */
    boolean mark(TaskChange mark) {
        Entry last = get();
        return attempt(last) + 1 == mark.attempt() && compareAndSet(last, new Entry(mark, mark.at(), false, last));
    }

    private static Entry after(@Nullable Entry last, TaskChange change) {
        if (change.state() == TaskState.RUNNING) {
            return new Entry(change, change.at(), false, last);
        }
        if (last != null && endsAttempt(last.state(), change)) {
            return new Entry(change, last.startedAt(), false, last.before());
        }
        return last != null && last.state() == TaskState.RETRYING && change.state() == TaskState.CANCELLED
                ? new Entry(cancelled(last.change(), change), last.startedAt(), false, last.before())
                : new Entry(change, null, false, last);
    }

    private static boolean endsAttempt(TaskState now, TaskChange change) {
        return now == TaskState.RUNNING
                ? change.cachedFrom().isEmpty()
                : now == TaskState.RETRYING && change.state() == TaskState.FAILED;
    }

    /** No attempt follows one that has failed: it is what the cancel has ended. */
    private static TaskChange cancelled(TaskChange failed, TaskChange cancel) {
        return TaskChange.failed(
                        failed.taskId(),
                        failed.attempt(),
                        TaskState.CANCELLED,
                        cancel.at(),
                        failed.rows(),
                        failed.error().orElseThrow())
                .ofElement(failed.mapIndex());
    }

    private static boolean allows(@Nullable Entry last, TaskChange change) {
        TaskState now = state(last);
        if (change.cachedFrom().isPresent()) {
            return (now == TaskState.RUNNING || now.canBecome(TaskState.RUNNING)) && change.attempt() == attempt(last);
        }
        if (change.state() != TaskState.RUNNING) {
            return now.canBecome(change.state()) && change.attempt() == attempt(last);
        }
        return now == TaskState.RUNNING ? change.attempt() > attempt(last) : now.canBecome(TaskState.RUNNING);
    }

    private static TaskState state(@Nullable Entry last) {
        return last == null ? TaskState.PENDING : last.state();
    }

    private static int attempt(@Nullable Entry last) {
        return last == null ? 0 : last.change().attempt();
    }

    /** Makes the task run PENDING again, unless it survives that and is none of those that are wanted again. */
    void reopen(Set<String> again) {
        updateAndGet(
                last -> last == null || (!again.contains(taskId) && stored(last).survivesResume())
                        ? last
                        : new Entry(last.change(), last.startedAt(), true, last.before()));
    }

    TaskState state() {
        return state(get());
    }

    int mapIndex() {
        Entry last = get();
        return last == null ? StoredTask.NOT_MAPPED : last.change().mapIndex();
    }

    @Nullable
    Object output() {
        Entry last = get();
        return last == null ? null : last.change().output();
    }

    /** What is known; nothing while the first change is on its way. */
    Optional<StoredTask> stored() {
        return Optional.ofNullable(get()).map(MemoryTask::stored);
    }

    private static StoredTask stored(Entry last) {
        Deque<StoredAttempt> attempts = new ArrayDeque<>();
        Entry next = null;
        for (Entry entry = last; entry != null; entry = entry.before()) {
            if (entry.startedAt() != null) {
                attempts.addFirst(attempt(entry, entry.startedAt(), next));
            }
            next = entry;
        }
        TaskChange change = last.change();
        return new StoredTask(
                change.taskId(),
                change.mapIndex(),
                last.state(),
                List.copyOf(attempts),
                last.startedAt() != null && !last.reopened(),
                change.rows(),
                last.reopened() ? Optional.empty() : change.cachedFrom());
    }

    /** An attempt whose end was never told has crashed, if the run was reopened or another attempt has begun. */
    private static StoredAttempt attempt(Entry entry, Instant startedAt, @Nullable Entry next) {
        TaskChange change = entry.change();
        if (change.state() != TaskState.RUNNING) {
            return new StoredAttempt(
                    change.attempt(), change.state(), startedAt, Optional.of(change.at()), change.error());
        }
        boolean crashed = entry.reopened() || next != null;
        Instant end =
                entry.reopened() || next == null ? startedAt : next.change().at();
        return new StoredAttempt(
                change.attempt(),
                crashed ? TaskState.FAILED : TaskState.RUNNING,
                startedAt,
                crashed ? Optional.of(end) : Optional.empty(),
                Optional.empty());
    }
}
