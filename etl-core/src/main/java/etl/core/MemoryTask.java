package etl.core;

import etl.core.spi.RowCounts;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One task run of the in-memory store: the changes that it has gone through, the newest first. What is asked for is read
 * from them, so that a change costs one small object. Safe for use by many threads.
 */
final class MemoryTask extends AtomicReference<MemoryTask.@Nullable Entry> {
    private static final long serialVersionUID = 1L;

    /** A change, or the reopening of the run, after which nothing counts but the attempts. */
    record Entry(
            TaskChange change, boolean reopened, @Nullable Entry before) {
        TaskState state() {
            return reopened ? TaskState.PENDING : change.state();
        }
    }

    /** Adds a change, unless the state does not allow it. */
    @Nullable
    StaleWriteException apply(TaskChange change) {
        Entry last = get();
        while (allows(last, change)) {
            if (compareAndSet(last, new Entry(change, false, last))) {
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
        Entry begun = new Entry(TaskChange.started(mark.taskId(), mark.attempt(), mark.at()), false, last);
        return attempt(last) + 1 == mark.attempt() && compareAndSet(last, new Entry(mark, false, begun));
    }

    private static boolean allows(@Nullable Entry last, TaskChange change) {
        TaskState now = state(last);
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

    /** Makes the task run PENDING again, unless it survives that and is not wanted again. */
    void reopen(boolean again) {
        updateAndGet(last -> last == null || (!again && stored(last).survivesResume())
                ? last
                : new Entry(last.change(), true, last));
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
        Deque<Entry> oldestFirst = new ArrayDeque<>();
        for (Entry entry = last; entry != null; entry = entry.before()) {
            oldestFirst.addFirst(entry);
        }
        List<StoredAttempt> attempts = new ArrayList<>(1);
        oldestFirst.forEach(entry -> replay(entry, attempts));
        TaskChange change = last.change();
        RowCounts rows = change.rows();
        return new StoredTask(change.taskId(), change.mapIndex(), last.state(), attempts, rows);
    }

    private static void replay(Entry entry, List<StoredAttempt> attempts) {
        TaskChange change = entry.change();
        StoredAttempt open = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
        if (open != null && open.state() == TaskState.RUNNING) {
            attempts.set(attempts.size() - 1, ended(open, entry));
        }
        if (!entry.reopened() && change.state() == TaskState.RUNNING) {
            attempts.add(new StoredAttempt(
                    change.attempt(), TaskState.RUNNING, change.at(), Optional.empty(), Optional.empty()));
        }
    }

    /** The attempt as the next entry ends it; it has crashed if that is another attempt or a reopening. */
    private static StoredAttempt ended(StoredAttempt attempt, Entry next) {
        TaskChange change = next.change();
        boolean crashed = next.reopened() || change.state() == TaskState.RUNNING;
        return new StoredAttempt(
                attempt.attempt(),
                crashed ? TaskState.FAILED : change.state(),
                attempt.startedAt(),
                Optional.of(change.at()),
                crashed ? Optional.empty() : change.error());
    }
}
