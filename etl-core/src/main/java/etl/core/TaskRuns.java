package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The states, outputs and figures of many task runs, by index: of all tasks of a run, or of all elements of one mapped
 * task. A state changes by compare-and-set along the transition table; the other columns of a task run are written only by
 * whoever holds it in its present state.
 */
@SuppressWarnings("EnumOrdinal") // The states of many task runs are kept as numbers, in memory only.
final class TaskRuns {
    /** In place of an output that is in the store but was not read yet. */
    enum NotLoaded {
        YET
    }

    private static final TaskState[] STATES = TaskState.values();

    private final AtomicIntegerArray states;
    private final AtomicReferenceArray<@Nullable Object> outputs;
    private final AtomicInteger open;
    private final int[] attempts;
    private final int[] attemptsBefore;
    private final Instant[] begun;
    private final long[] nanos;
    private final RowCounts[] rows;
    private final Map<Integer, Cause> causes = new ConcurrentHashMap<>();

    /** Why a task run has not succeeded. */
    private record Cause(Throwable failure, ErrorInfo error) {}

    TaskRuns(int size) {
        this.states = new AtomicIntegerArray(size);
        this.outputs = new AtomicReferenceArray<>(size);
        this.open = new AtomicInteger(size);
        this.attempts = new int[size];
        this.attemptsBefore = new int[size];
        this.begun = new Instant[size];
        this.nanos = new long[size];
        this.rows = new RowCounts[size];
    }

    /** Takes over what a store remembers of a task run, before anybody else sees this table. */
    void restore(int index, StoredTask stored) {
        attempts[index] = stored.attempt();
        attemptsBefore[index] = stored.attempt();
        if (stored.survivesResume()) {
            states.set(index, stored.state().ordinal());
            outputs.set(index, NotLoaded.YET);
            rows[index] = stored.rows();
            open.decrementAndGet();
        }
    }

    int size() {
        return attempts.length;
    }

    TaskState state(int index) {
        return STATES[states.get(index)];
    }

    /** Changes a state if it is still the expected one. */
    boolean claim(int index, TaskState from, TaskState to) {
        if (!from.canBecome(to)) {
            throw new IllegalStateException("no task can become " + to + " from " + from);
        }
        return states.compareAndSet(index, from.ordinal(), to.ordinal());
    }

    /** Changes the state of a running task run, which nobody but the caller may change now. */
    void move(int index, TaskState to) {
        TaskState now = state(index);
        if (now != TaskState.RUNNING || !now.canBecome(to)) {
            throw new IllegalStateException("a task run is " + now + " and cannot become " + to);
        }
        states.setRelease(index, to.ordinal());
        if (to.isFinal()) {
            closed();
        }
    }

    /** Ends a running task run that has failed or was skipped. */
    void close(int index, TaskState to, Throwable why, ErrorInfo error) {
        causes.put(index, new Cause(why, error));
        move(index, to);
    }

    boolean start(int index) {
        return claim(index, TaskState.PENDING, TaskState.RUNNING)
                || claim(index, TaskState.RETRYING, TaskState.RUNNING);
    }

    void closed() {
        open.decrementAndGet();
    }

    boolean isAllFinal() {
        return open.get() == 0;
    }

    int finalCount() {
        return attempts.length - open.get();
    }

    int nextAttempt(int index) {
        return ++attempts[index];
    }

    int attempt(int index) {
        return attempts[index];
    }

    int firstAttempt(int index) {
        return attemptsBefore[index] + 1;
    }

    int attemptsSinceStart(int index) {
        return attempts[index] - attemptsBefore[index];
    }

    void begun(int index, Instant at) {
        begun[index] = at;
    }

    Instant begunAt(int index) {
        return begun[index];
    }

    /** How long the last attempt took and what it counted. */
    void measured(int index, Instant from, Instant to, RowCounts counted) {
        nanos[index] = nanos(from, to);
        rows[index] = counted;
    }

    /** More than 292 years count as these. */
    private static long nanos(Instant from, Instant to) {
        long seconds = Math.min(to.getEpochSecond() - from.getEpochSecond(), Long.MAX_VALUE / 1_000_000_000L - 1);
        return seconds * 1_000_000_000L + to.getNano() - from.getNano();
    }

    void output(int index, @Nullable Object output) {
        outputs.setRelease(index, output);
    }

    @Nullable
    Object output(int index) {
        return outputs.get(index);
    }

    @Nullable
    Throwable failure(int index) {
        Cause cause = causes.get(index);
        return cause == null ? null : cause.failure();
    }

    boolean any(TaskState state) {
        for (int index = 0; index < attempts.length; index++) {
            if (state(index) == state) {
                return true;
            }
        }
        return false;
    }

    TaskReport report(int index, String taskId, int mapIndex) {
        return new TaskReport(
                taskId,
                mapIndex,
                state(index),
                attempts[index],
                Duration.ofNanos(nanos[index]),
                rows[index] == null ? RowCounts.NONE : rows[index],
                Optional.ofNullable(causes.get(index)).map(Cause::error));
    }
}
