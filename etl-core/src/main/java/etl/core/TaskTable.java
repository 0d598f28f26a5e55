package etl.core;

import etl.core.TriggerRule.Decision;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.StateStore;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The states, outputs and figures of one run's tasks, by ordinal. A state changes by compare-and-set along the
 * transition table; the other columns of a task are written only by whoever holds it in its present state.
 */
@SuppressWarnings("EnumOrdinal") // The states of many tasks are kept as numbers, in memory only.
final class TaskTable {
    private static final TaskState[] STATES = TaskState.values();
    private static final Object NOT_LOADED = new Object();

    private final Pipeline pipeline;
    private final AtomicIntegerArray states;
    private final UpstreamStates upstream;
    private final AtomicReferenceArray<@Nullable Object> outputs;
    private final AtomicInteger open;
    private final AtomicInteger running = new AtomicInteger();
    private final int[] attempts;
    private final int[] attemptsBefore;
    private final Instant[] begun;
    private final Duration[] durations;
    private final RowCounts[] rows;
    private final Map<Integer, ErrorInfo> errors = new ConcurrentHashMap<>();
    private final Map<Integer, Throwable> failures = new ConcurrentHashMap<>();

    /** A table for a run, with the task runs that a store remembers of it. */
    TaskTable(Pipeline pipeline, List<StoredTask> stored) {
        int size = pipeline.size();
        this.pipeline = pipeline;
        this.states = new AtomicIntegerArray(size);
        this.outputs = new AtomicReferenceArray<>(size);
        this.attempts = new int[size];
        this.attemptsBefore = new int[size];
        this.begun = new Instant[size];
        this.durations = new Duration[size];
        this.rows = new RowCounts[size];
        int done = 0;
        for (StoredTask task : stored) {
            int ordinal = pipeline.ordinal(task.taskId());
            attempts[ordinal] = task.attempt();
            attemptsBefore[ordinal] = task.attempt();
            if (task.survivesResume()) {
                states.set(ordinal, task.state().ordinal());
                outputs.set(ordinal, NOT_LOADED);
                rows[ordinal] = task.rows();
                done++;
            }
        }
        this.open = new AtomicInteger(size - done);
        this.upstream = new UpstreamStates(pipeline);
    }

    TaskState state(int task) {
        return STATES[states.get(task)];
    }

    /** Changes a state if it is still the expected one. */
    boolean claim(int task, TaskState from, TaskState to) {
        if (!from.canBecome(to)) {
            throw new IllegalStateException("no task can become " + to + " from " + from);
        }
        return states.compareAndSet(task, from.ordinal(), to.ordinal());
    }

    /** Changes a state that nobody else may change now. */
    void move(int task, TaskState from, TaskState to) {
        if (!claim(task, from, to)) {
            throw new IllegalStateException(
                    "task '" + pipeline.task(task).id() + "' is " + state(task) + " and not " + from);
        }
        running.decrementAndGet();
        if (to.isFinal()) {
            closed();
        }
    }

    /** Ends a task run that an attempt has failed or skipped. */
    void close(int task, TaskState from, TaskState to, Throwable why) {
        failures.put(task, why);
        errors.put(task, ErrorInfo.of(why));
        move(task, from, to);
    }

    boolean start(int task) {
        if (claim(task, TaskState.PENDING, TaskState.RUNNING) || claim(task, TaskState.RETRYING, TaskState.RUNNING)) {
            running.incrementAndGet();
            return true;
        }
        return false;
    }

    void closed() {
        open.decrementAndGet();
    }

    boolean isAllFinal() {
        return open.get() == 0;
    }

    int finalTasks() {
        return attempts.length - open.get();
    }

    /** What becomes of a task before any of its upstream tasks ends. */
    Decision decideAtStart(int task) {
        return upstream.begin(task);
    }

    /** What becomes of a task now that one of its upstream tasks has ended; START, SKIP or UPSTREAM_FAILED only once. */
    Decision decide(int task, int ended, TaskState how, IntFunction<@Nullable Object> outputOf) {
        return upstream.ended(task, pipeline.start(task).seen(ended, how, outputOf), this::state);
    }

    int nextAttempt(int task) {
        return ++attempts[task];
    }

    int attempt(int task) {
        return attempts[task];
    }

    int firstAttempt(int task) {
        return attemptsBefore[task] + 1;
    }

    int attemptsSinceStart(int task) {
        return attempts[task] - attemptsBefore[task];
    }

    void begun(int task, Instant at) {
        begun[task] = at;
    }

    Instant begunAt(int task) {
        return begun[task];
    }

    void measured(int task, Duration duration, RowCounts counted) {
        durations[task] = duration;
        rows[task] = counted;
    }

    void output(int task, @Nullable Object output) {
        outputs.set(task, output);
    }

    @Nullable
    Object output(int task, StateStore store, RunId run) {
        Object output = outputs.get(task);
        if (output == NOT_LOADED) {
            output = store.output(
                    run, pipeline.task(task).id(), pipeline.task(task).outputType());
            outputs.set(task, output);
        }
        return output;
    }

    RunState runState() {
        boolean cancelled = false;
        for (int task = 0; task < attempts.length; task++) {
            if (state(task) == TaskState.FAILED) {
                return RunState.FAILED;
            }
            cancelled |= state(task) == TaskState.CANCELLED;
        }
        return cancelled ? RunState.CANCELLED : RunState.SUCCEEDED;
    }

    RunProgress progress() {
        return new RunProgress(attempts.length, finalTasks(), running.get());
    }

    RunReport report(RunId run, StateStore store, RunState state, Duration duration, @Nullable Throwable failure) {
        List<TaskReport> tasks = new ArrayList<>(attempts.length);
        for (int task = 0; task < attempts.length; task++) {
            tasks.add(new TaskReport(
                    pipeline.task(task).id(),
                    state(task),
                    attempts[task],
                    durations[task] == null ? Duration.ZERO : durations[task],
                    rows[task] == null ? RowCounts.NONE : rows[task],
                    Optional.ofNullable(errors.get(task))));
        }
        return new RunReport(
                pipeline,
                run,
                state,
                duration,
                tasks,
                Optional.ofNullable(failure).map(ErrorInfo::of),
                failure,
                task -> output(task, store, run),
                task -> failures.get(task));
    }
}
