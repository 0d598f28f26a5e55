package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One task run: its state, output and figures. The state changes by compare-and-set along the transition table; the other
 * fields are written only by whoever holds the task run in its present state, and are seen by those who see a later one.
 */
@SuppressWarnings("EnumOrdinal") // The state of a task run is kept as a number, in memory only.
final class TaskRun implements MemoryRows.Succeeded {
    private static final TaskState[] STATES = TaskState.values();
    private static final AtomicIntegerFieldUpdater<TaskRun> STATE =
            AtomicIntegerFieldUpdater.newUpdater(TaskRun.class, "state");

    private final TaskRuns table;
    private final int index;
    private volatile int state;
    private int attempt;
    private int attemptsBefore;
    private @Nullable Instant begun;
    private @Nullable Instant startedAt;
    private @Nullable Instant endedAt;
    private RowCounts rows = RowCounts.NONE;
    private @Nullable Object output;
    /** Why it has not succeeded, or the run that computed an output that is reused. */
    private @Nullable Object cause;

    /** Why a task run has not succeeded. */
    private record Cause(Throwable failure, ErrorInfo error) {}

    /**
     * A task run that is PENDING.
     *
     * @param table where it is counted: the task runs of a run, or of the elements of one mapped task
     * @param index where it stands there: its task's ordinal, or the map index of an element
     */
    TaskRun(TaskRuns table, int index) {
        this.table = table;
        this.index = index;
    }

    /** Takes over what a store remembers of the task run, before anybody else sees it. */
    void restore(StoredTask stored) {
        attempt = stored.attempt();
        attemptsBefore = stored.attempt();
        if (stored.survivesResume()) {
            state = stored.state().ordinal();
            output = new StoredOutput();
            rows = stored.rows();
            cause = stored.cachedFrom().orElse(null);
        }
    }

    TaskRuns table() {
        return table;
    }

    /** Where it stands in its table. */
    int index() {
        return index;
    }

    int task() {
        return table.task(index);
    }

    /** Its index if it is an element of a mapped task, else {@link StoredTask#NOT_MAPPED}. */
    int mapIndex() {
        return isElement() ? index : StoredTask.NOT_MAPPED;
    }

    boolean isElement() {
        return table.isOfElements();
    }

    /** The change as one of this task run; the two that every attempt makes have methods of their own. */
    TaskChange of(TaskChange change) {
        return isElement() ? change.ofElement(index) : change.at(index);
    }

    TaskChange started(String taskId, Instant at) {
        TaskChange change = TaskChange.started(taskId, task(), attempt, at);
        return isElement() ? change.ofElement(index) : change;
    }

    TaskChange succeeded(String taskId, Type outputType, Instant at, RowCounts counted) {
        TaskChange change = TaskChange.succeeded(taskId, task(), attempt, at, counted, output, outputType);
        return isElement() ? change.ofElement(index) : change;
    }

    TaskState state() {
        return STATES[state];
    }

    /** Changes the state if it is still the expected one. */
    boolean claim(TaskState from, TaskState to) {
        if (!from.canBecome(to)) {
            throw new IllegalStateException("no task can become " + to + " from " + from);
        }
        return STATE.compareAndSet(this, from.ordinal(), to.ordinal());
    }

    boolean start() {
        return claim(TaskState.PENDING, TaskState.RUNNING) || claim(TaskState.RETRYING, TaskState.RUNNING);
    }

    /** The first change of a task run that nobody else has seen yet. */
    void startUnseen() {
        STATE.lazySet(this, TaskState.RUNNING.ordinal());
    }

    /** Changes the state of a running task run, which nobody but the caller may change now. */
    void move(TaskState to) {
        if (state != TaskState.RUNNING.ordinal() || !TaskState.RUNNING.canBecome(to)) {
            throw new IllegalStateException("a task run is " + state() + " and cannot become " + to);
        }
        STATE.lazySet(this, to.ordinal());
        if (to.isFinal()) {
            table.closed(to);
        }
    }

    /** Ends a running task run that has failed or was skipped. */
    void close(TaskState to, Throwable why, ErrorInfo error) {
        cause = new Cause(why, error);
        move(to);
    }

    /** The task run has come into its final state without a further attempt, and everybody knows. */
    void closed() {
        table.closed(state());
    }

    int nextAttempt() {
        return ++attempt;
    }

    int attempt() {
        return attempt;
    }

    boolean isFirstAttempt() {
        return attempt == attemptsBefore + 1;
    }

    int attemptsSinceStart() {
        return attempt - attemptsBefore;
    }

    void begun(Instant at) {
        begun = at;
    }

    Instant begunAt() {
        return Objects.requireNonNull(begun);
    }

    /** When the last attempt began and ended and what it counted. */
    void measured(Instant from, Instant to, RowCounts counted) {
        startedAt = from;
        endedAt = to;
        rows = counted;
    }

    @Override
    public String taskId() {
        return table.taskId(index);
    }

    @Override
    public Instant startedAt() {
        return Objects.requireNonNull(startedAt);
    }

    @Override
    public Instant endedAt() {
        return Objects.requireNonNull(endedAt);
    }

    @Override
    public RowCounts rows() {
        return rows;
    }

    private Duration duration() {
        return startedAt == null || endedAt == null ? Duration.ZERO : Duration.between(startedAt, endedAt);
    }

    void output(@Nullable Object newOutput) {
        output = newOutput;
    }

    @Override
    public @Nullable Object output() {
        return output;
    }

    @Nullable
    Throwable failure() {
        return cause instanceof Cause why ? why.failure() : null;
    }

    /** The output was computed by another run. */
    void cachedFrom(RunId run) {
        cause = run;
    }

    @Nullable
    RunId cachedFrom() {
        return cause instanceof RunId run ? run : null;
    }

    TaskReport report(String taskId) {
        return new TaskReport(
                taskId,
                mapIndex(),
                state(),
                attempt,
                duration(),
                rows,
                cause instanceof Cause why ? Optional.of(why.error()) : Optional.empty(),
                Optional.ofNullable(cachedFrom()));
    }
}
