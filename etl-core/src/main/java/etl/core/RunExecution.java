package etl.core;

import etl.core.TaskAttempt.Interruption;
import etl.core.TriggerRule.Decision;
import etl.core.spi.ErrorInfo;
import etl.core.spi.OutputNotStorableException;
import etl.core.spi.RowCounts;
import etl.core.spi.RunExecutor;
import etl.core.spi.RunInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import etl.core.spi.Time;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One run of one pipeline in this process.
 *
 * <p>When a task run's final state is durable, on whatever thread that happens, each successor is decided anew by
 * {@link UpstreamStates}; one that starts goes to the {@link RunWorkers}. Every change of a state is a compare-and-set in
 * {@link TaskRuns}: of two that want the same task run (a worker and a cancel, two failed upstream tasks) one wins. A
 * mapped task is one task run as a whole, which ends when the task runs of its elements have ended.
 */
final class RunExecution implements TaskAttempt.Owner, RunWorkers.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final Pipeline pipeline;
    private final RunInfo run;
    private final RunSettings settings;
    private final Executor steps;
    private final RunJournal journal;
    private final Map<String, Object> arguments;
    private final TaskTable table;
    private final RunEvents events;
    private final RunWorkers workers;
    private final Queue<TaskRun> settled = new ConcurrentLinkedQueue<>();
    private final AtomicInteger settling = new AtomicInteger();
    private final Set<TaskAttempt> active = ConcurrentHashMap.newKeySet();
    private final Map<TaskRun, Time.Alarm> waiting = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Interruption> halt = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> stopCause = new AtomicReference<>();
    private final AtomicReference<Time.Alarm> deadline = new AtomicReference<>(Time.Alarm.NONE);
    private final AtomicBoolean late = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private final CompletableFuture<RunReport> end = new CompletableFuture<>();
    private final Instant startedAt;

    RunExecution(
            Pipeline pipeline,
            RunInfo run,
            RunSettings settings,
            RunJournal journal,
            Map<String, Object> arguments,
            TaskTable table) {
        this.pipeline = pipeline;
        this.run = run;
        this.settings = settings;
        this.steps = settings.executor().stepsOf(run.id());
        this.journal = journal;
        this.arguments = arguments;
        this.table = table;
        this.events = settings.listeners().of(pipeline, run, settings.time());
        this.workers = new RunWorkers(this, pipeline, settings);
        this.startedAt = settings.time().instant();
    }

    RunInfo run() {
        return run;
    }

    CompletableFuture<RunReport> end() {
        return end;
    }

    RunExecutor executor() {
        return settings.executor();
    }

    RunProgress progress() {
        return table.progress();
    }

    void start() {
        LOG.info("run {} of pipeline '{}' starts: {} tasks", run.id(), run.pipeline(), pipeline.size());
        journal.started(startedAt);
        if (events.isActive()) {
            events.tell(new RunListener.RunStarted(run, startedAt, pipeline.size(), table.finalTasks()));
            events.watchSlas(task -> table.state(task).isFinal());
        }
        List<TaskRun> ended = new ArrayList<>();
        List<TaskRun> starting = new ArrayList<>();
        for (int task = 0; task < pipeline.size(); task++) {
            if (table.state(task).isFinal()) {
                ended.add(table.run(task));
            } else if (table.decideAtStart(task) == Decision.START) {
                starting.add(table.run(task));
            }
        }
        ended.forEach(taskRun -> propagate(taskRun.task(), taskRun.state()));
        starting.forEach(workers::add);
        pipeline.deadline().ifPresent(limit -> deadline.set(settings.time().after(limit, () -> miss(limit))));
        finishIfAllFinal();
    }

    private void miss(Duration limit) {
        if (!over.get() && halt.get() == null) {
            firstFailure.compareAndSet(null, new RunDeadlineException(run.id(), limit));
            late.set(true);
            cancel();
        }
    }

    /** Tells the successors of a task how it has ended, and lets those start whose rules allow it now. */
    private void propagate(int ended, TaskState how) {
        for (int successor : pipeline.downstream(ended)) {
            switch (table.decide(successor, ended, how, this::output)) {
                case START -> workers.add(table.run(successor));
                case SKIP -> settle(table.run(successor), TaskState.SKIPPED);
                case UPSTREAM_FAILED -> settle(table.run(successor), notStarted(successor));
                case WAIT -> {}
            }
        }
    }

    /** Below a task that was cancelled with its run, nothing has failed. */
    private TaskState notStarted(int task) {
        return halt.get() == Interruption.CANCEL && concerns(Interruption.CANCEL, task)
                ? TaskState.CANCELLED
                : TaskState.UPSTREAM_FAILED;
    }

    private @Nullable Object output(int task) {
        return table.output(task, settings.store(), run.id());
    }

    // --- the workers' view -----------------------------------------------------------------------------------------

    @Override
    public boolean execute(TaskRun taskRun) {
        MDC.put("pipeline", run.pipeline());
        MDC.put("run", run.id().toString());
        try {
            if (halt.get() == Interruption.STOP || !taskRun.runs().start(taskRun.index())) {
                return true;
            }
            if (!taskRun.isElement() && pipeline.mapping(taskRun.task()).isPresent()) {
                expand(taskRun);
                return true;
            }
            return attempt(taskRun);
        } finally {
            MDC.remove("pipeline");
            MDC.remove("run");
        }
    }

    @Override
    public void hand(Runnable action) {
        try {
            steps.execute(action);
        } catch (RejectedExecutionException closed) {
            stop(closed);
        }
    }

    @Override
    public void idle() {
        endIfStopped();
    }

    @Override
    public void failed(Throwable defect) {
        LOG.error("run {}: the runner itself failed", run.id(), defect);
        stop(defect);
    }

    // --- attempts --------------------------------------------------------------------------------------------------

    private boolean attempt(TaskRun taskRun) {
        TaskRuns runs = taskRun.runs();
        int number = runs.nextAttempt(taskRun.index());
        TaskAttempt attempt = new TaskAttempt(this, settings, run, pipeline, taskRun, number, arguments);
        if (number == runs.firstAttempt(taskRun.index())) {
            runs.begun(taskRun.index(), attempt.startedAt());
        }
        active.add(attempt);
        journal.write(
                taskRun.of(TaskChange.started(attempt.taskId(), number, attempt.startedAt())), onDurable(() -> {}));
        if (events.isActive()) {
            events.tell(new RunListener.TaskStarted(
                    run, attempt.taskId(), taskRun.mapIndex(), number, attempt.startedAt()));
        }
        Interruption halted = halt.get();
        if (halted != null && concerns(halted, taskRun.task())) {
            attempt.interrupt(halted);
        }
        return attempt.execute(new Inputs(taskRun));
    }

    /** What the code of a task run reads. */
    private final class Inputs implements TaskBody.Inputs {
        private final TaskRun taskRun;
        private final int[] sources;

        Inputs(TaskRun taskRun) {
            this.taskRun = taskRun;
            this.sources = pipeline.inputs(taskRun.task());
        }

        @Override
        public int size() {
            return sources.length;
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
        public <T extends @Nullable Object> T get(int position) {
            return (T)
                    (taskRun.isElement()
                            ? Objects.requireNonNull(table.mapped(taskRun.task()))
                                    .argument(taskRun.mapIndex(), position)
                            : RunExecution.this.output(sources[position]));
        }

        @Override
        public TaskState state(int upstream) {
            return table.state(upstream);
        }

        @Override
        public @Nullable Object output(int upstream) {
            return RunExecution.this.output(upstream);
        }
    }

    // --- mapped tasks ----------------------------------------------------------------------------------------------

    /** Begins a mapped task: its elements are made ready, as many as may be under way at once. */
    private void expand(TaskRun whole) {
        Mapping mapping = pipeline.mapping(whole.task()).orElseThrow();
        Instant now = settings.time().instant();
        int attempt = whole.runs().nextAttempt(whole.index());
        whole.runs().begun(whole.index(), now);
        journal.write(TaskChange.started(pipeline.task(whole.task()).id(), attempt, now), onDurable(() -> {}));
        MappedTask mapped;
        try {
            mapped = table.map(whole, MappedElements.of(mapping, new Inputs(whole)));
        } catch (RuntimeException notMappable) {
            firstFailure.compareAndSet(null, notMappable);
            endWhole(whole, TaskState.FAILED, null, notMappable);
            return;
        }
        int atOnce = mapping.atOnce().orElse(pipeline.parallelism().orElse(settings.parallelism()));
        int offered = 0;
        while (offered < atOnce && offerNext(mapped)) {
            offered++;
        }
        if (halt.get() == Interruption.CANCEL && concerns(Interruption.CANCEL, whole.task())) {
            cancelElements(mapped);
        }
        endIfAllElementsFinal(mapped);
    }

    private boolean offerNext(MappedTask mapped) {
        Optional<TaskRun> next = mapped.takeNext();
        next.ifPresent(workers::add);
        return next.isPresent();
    }

    private void elementEnded(TaskRun element) {
        MappedTask mapped = Objects.requireNonNull(table.mapped(element.task()));
        offerNext(mapped);
        endIfAllElementsFinal(mapped);
    }

    private void endIfAllElementsFinal(MappedTask mapped) {
        if (mapped.end()) {
            TaskState state = mapped.state();
            TaskRun whole = mapped.whole();
            Throwable failure = state == TaskState.SUCCEEDED
                    ? null
                    : mapped.failure(pipeline.task(whole.task()).id(), state);
            hand(() -> endWhole(whole, state, failure == null ? mapped.output() : null, failure));
        }
    }

    private void endWhole(TaskRun whole, TaskState state, @Nullable Object output, @Nullable Throwable failure) {
        TaskView task = pipeline.task(whole.task());
        int attempt = whole.runs().attempt(whole.index());
        Instant now = settings.time().instant();
        Duration duration = Duration.between(whole.runs().begunAt(whole.index()), now);
        ErrorInfo error = failure == null ? null : ErrorInfo.of(failure);
        TaskChange change;
        if (error == null) {
            whole.runs().output(whole.index(), output);
            change = TaskChange.succeeded(task.id(), attempt, now, RowCounts.NONE, null, Void.class);
        } else {
            change = state == TaskState.SKIPPED
                    ? TaskChange.skipped(task.id(), attempt, now, RowCounts.NONE, error)
                    : TaskChange.failed(task.id(), attempt, state, now, RowCounts.NONE, error);
        }
        journal.write(change, onDurable(() -> {
            tellEnded(whole, state, 0, duration, RowCounts.NONE, error);
            if (failure == null) {
                whole.runs().move(whole.index(), state);
            } else {
                whole.runs().close(whole.index(), state, failure);
            }
            propagate(whole.task(), state);
            finishIfAllFinal();
        }));
    }

    /** Elements that have not begun are only told here: the store remembers nothing of them. */
    private void cancelElements(MappedTask mapped) {
        TaskRuns elements = mapped.elements();
        for (int index = 0; index < elements.size(); index++) {
            if (elements.claim(index, TaskState.PENDING, TaskState.CANCELLED)) {
                elements.closed();
            }
        }
        endIfAllElementsFinal(mapped);
    }

    // --- ends of attempts ------------------------------------------------------------------------------------------

    @Override
    public void ended(TaskAttempt attempt, @Nullable Object output, @Nullable Throwable failure) {
        active.remove(attempt);
        if (failure == null) {
            succeeded(attempt, output);
        } else {
            failed(attempt, failure);
        }
    }

    @Override
    public void abandoned(TaskAttempt attempt, TaskAbandonedException failure) {
        active.remove(attempt);
        if (attempt.interruption() != Interruption.STOP) {
            closeFailed(attempt, failure);
        }
        workers.abandoned(attempt.taskRun());
        hand(this::endIfStopped);
    }

    private void succeeded(TaskAttempt attempt, @Nullable Object output) {
        TaskRun taskRun = attempt.taskRun();
        taskRun.runs().output(taskRun.index(), output);
        TaskChange change = taskRun.of(TaskChange.succeeded(
                attempt.taskId(),
                attempt.attempt(),
                settings.time().instant(),
                attempt.rows(),
                output,
                outputType(taskRun)));
        try {
            journal.write(change, onDurable(() -> {
                tellEnded(attempt, TaskState.SUCCEEDED, change.at(), null);
                taskRun.runs().move(taskRun.index(), TaskState.SUCCEEDED);
                closed(taskRun, TaskState.SUCCEEDED);
            }));
        } catch (OutputNotStorableException notStorable) {
            closeFailed(attempt, notStorable);
        }
    }

    private Type outputType(TaskRun taskRun) {
        return pipeline.mapping(taskRun.task())
                .map(Mapping::elementType)
                .orElseGet(() -> pipeline.task(taskRun.task()).outputType());
    }

    private void failed(TaskAttempt attempt, Throwable failure) {
        if (attempt.interruption() == Interruption.STOP) {
            return;
        }
        if (failure instanceof TaskSkippedException && attempt.interruption() == null) {
            close(attempt, failure, TaskState.SKIPPED);
            return;
        }
        TaskRun taskRun = attempt.taskRun();
        RetryPolicy policy = pipeline.task(taskRun.task()).retry();
        Duration elapsed = Duration.between(
                taskRun.runs().begunAt(taskRun.index()), settings.time().instant());
        Optional<Duration> delay = attempt.interruption() == Interruption.CANCEL
                ? Optional.empty()
                : policy.delayAfter(
                        taskRun.runs().attemptsSinceStart(taskRun.index()), failure, elapsed, settings.random());
        if (delay.isEmpty()) {
            closeFailed(attempt, failure);
            return;
        }
        LOG.warn(
                "run {}: task '{}', attempt {}, failed; the next attempt is due in {}",
                run.id(),
                attempt.taskId(),
                attempt.attempt(),
                delay.get(),
                MaskedFailure.of(failure));
        retry(attempt, failure, delay.get());
    }

    private void retry(TaskAttempt attempt, Throwable failure, Duration delay) {
        TaskRun taskRun = attempt.taskRun();
        ErrorInfo error = ErrorInfo.of(failure);
        journal.write(
                taskRun.of(TaskChange.failed(
                        attempt.taskId(),
                        attempt.attempt(),
                        TaskState.RETRYING,
                        settings.time().instant(),
                        attempt.rows(),
                        error)),
                onDurable(() -> {}));
        if (events.isActive()) {
            events.tell(new RunListener.TaskRetrying(
                    run, attempt.taskId(), taskRun.mapIndex(), attempt.attempt(), error, delay));
        }
        taskRun.runs().move(taskRun.index(), TaskState.RETRYING);
        waiting.put(taskRun, settings.time().after(delay, () -> {
            waiting.remove(taskRun);
            workers.add(taskRun);
        }));
        if (halt.get() == Interruption.CANCEL && concerns(Interruption.CANCEL, taskRun.task())) {
            cancelWaiting(taskRun);
        }
    }

    /** The task run's last attempt has failed: it is FAILED, or CANCELLED if that is why. */
    private void closeFailed(TaskAttempt attempt, Throwable failure) {
        if (attempt.interruption() == Interruption.CANCEL) {
            close(attempt, failure, TaskState.CANCELLED);
            return;
        }
        firstFailure.compareAndSet(null, failure);
        LOG.error(
                "run {}: task '{}' failed in attempt {}",
                run.id(),
                attempt.taskId(),
                attempt.attempt(),
                MaskedFailure.of(failure));
        close(attempt, failure, TaskState.FAILED);
    }

    private void close(TaskAttempt attempt, Throwable why, TaskState state) {
        TaskRun taskRun = attempt.taskRun();
        ErrorInfo error = ErrorInfo.of(why);
        Instant now = settings.time().instant();
        TaskChange change = state == TaskState.SKIPPED
                ? TaskChange.skipped(attempt.taskId(), attempt.attempt(), now, attempt.rows(), error)
                : TaskChange.failed(attempt.taskId(), attempt.attempt(), state, now, attempt.rows(), error);
        journal.write(taskRun.of(change), onDurable(() -> {
            tellEnded(attempt, state, change.at(), error);
            taskRun.runs().close(taskRun.index(), state, why);
            closed(taskRun, state);
        }));
    }

    /** A task run has come into a final state, durably. */
    private void closed(TaskRun taskRun, TaskState state) {
        if (taskRun.isElement()) {
            elementEnded(taskRun);
        } else {
            propagate(taskRun.task(), state);
            finishIfAllFinal();
        }
    }

    /** The task ends in a final state without a further attempt, unless somebody else has taken it by now. */
    private void settle(TaskRun taskRun, TaskState state) {
        if (taskRun.runs().claim(taskRun.index(), TaskState.PENDING, state)) {
            endUnattempted(taskRun);
        }
    }

    /**
     * For a task run that was claimed for a final state. Its change is not written here but on a worker, one after the
     * other: the caller may be the thread of a receipt, and a graph can have more tasks below a failure than the journal
     * takes at once, and deeper ones than a stack holds.
     */
    private void endUnattempted(TaskRun taskRun) {
        settled.add(taskRun);
        if (settling.getAndIncrement() == 0) {
            hand(this::writeSettled);
        }
    }

    private void writeSettled() {
        int missed = settling.get();
        do {
            TaskRun taskRun = settled.poll();
            while (taskRun != null) {
                writeSettled(taskRun);
                taskRun = settled.poll();
            }
            missed = settling.addAndGet(-missed);
        } while (missed > 0);
        finishIfAllFinal();
    }

    private void writeSettled(TaskRun taskRun) {
        TaskState state = taskRun.state();
        int attempt = taskRun.runs().attempt(taskRun.index());
        TaskChange change = TaskChange.ended(
                pipeline.task(taskRun.task()).id(),
                attempt,
                state,
                settings.time().instant());
        journal.write(taskRun.of(change), onDurable(() -> {
            tellEnded(taskRun, state, attempt, Duration.ZERO, RowCounts.NONE, null);
            taskRun.runs().closed();
            if (taskRun.isElement()) {
                elementEnded(taskRun);
            } else {
                propagate(taskRun.task(), state);
                finishIfAllFinal();
            }
        }));
    }

    private void tellEnded(TaskAttempt attempt, TaskState state, Instant at, @Nullable ErrorInfo error) {
        Duration duration = Duration.between(attempt.startedAt(), at);
        tellEnded(attempt.taskRun(), state, attempt.attempt(), duration, attempt.rows(), error);
    }

    /** Before the table knows the end: whoever sees that the last task has ended tells the end of the run. */
    private void tellEnded(
            TaskRun taskRun,
            TaskState state,
            int attempt,
            Duration duration,
            RowCounts rows,
            @Nullable ErrorInfo error) {
        taskRun.runs().measured(taskRun.index(), duration, rows);
        if (events.isActive()) {
            events.tell(new RunListener.TaskEnded(
                    run,
                    pipeline.task(taskRun.task()).id(),
                    taskRun.mapIndex(),
                    attempt,
                    state,
                    duration,
                    rows,
                    Optional.ofNullable(error)));
        }
    }

    private RunJournal.Receipt onDurable(Runnable action) {
        return new RunJournal.Receipt() {
            @Override
            public void durable() {
                action.run();
            }

            @Override
            public void failed(StateStoreException failure) {
                stop(failure);
            }
        };
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    void cancel() {
        if (!halt.compareAndSet(null, Interruption.CANCEL)) {
            return;
        }
        LOG.info("run {} is being cancelled", run.id());
        for (int task = 0; task < pipeline.size(); task++) {
            if (concerns(Interruption.CANCEL, task)) {
                settle(table.run(task), TaskState.CANCELLED);
            }
        }
        waiting.keySet().stream()
                .filter(taskRun -> concerns(Interruption.CANCEL, taskRun.task()))
                .forEach(this::cancelWaiting);
        for (MappedTask mapped : table.mappedTasks()) {
            if (concerns(Interruption.CANCEL, mapped.whole().task())) {
                cancelElements(mapped);
            }
        }
        active.stream()
                .filter(attempt -> concerns(Interruption.CANCEL, attempt.task()))
                .forEach(attempt -> attempt.interrupt(Interruption.CANCEL));
    }

    /** A cancel leaves the tasks alone that clean up after the others. */
    private boolean concerns(Interruption reason, int task) {
        return reason != Interruption.CANCEL || !pipeline.start(task).cleansUp();
    }

    private void cancelWaiting(TaskRun taskRun) {
        if (taskRun.runs().claim(taskRun.index(), TaskState.RETRYING, TaskState.CANCELLED)) {
            dropAlarm(taskRun);
            endUnattempted(taskRun);
        }
    }

    private void dropAlarm(TaskRun taskRun) {
        Time.Alarm alarm = waiting.remove(taskRun);
        if (alarm != null) {
            alarm.cancel();
        }
    }

    /** Ends the execution but not the run: nothing more is recorded, so that the run can be resumed. */
    void shutDown() {
        halt();
    }

    private void stop(Throwable cause) {
        stopCause.compareAndSet(null, cause);
        halt();
    }

    private void halt() {
        if (halt.getAndSet(Interruption.STOP) == Interruption.STOP) {
            return;
        }
        deadline.get().cancel();
        waiting.keySet().forEach(this::dropAlarm);
        active.forEach(attempt -> attempt.interrupt(Interruption.STOP));
        ForkJoinPool.commonPool().execute(this::endIfStopped);
    }

    private void endIfStopped() {
        if (halt.get() != Interruption.STOP || !active.isEmpty() || !over.compareAndSet(false, true)) {
            return;
        }
        Throwable cause = stopCause.get();
        String why = cause == null ? "shutdown" : String.valueOf(cause.getMessage());
        LOG.warn("run {} was stopped and can be resumed: {}", run.id(), why);
        events.close();
        journal.close();
        end.completeExceptionally(new RunStoppedException(run.id(), why, cause));
    }

    private void finishIfAllFinal() {
        if (table.isAllFinal()) {
            hand(this::finish);
        }
    }

    private void finish() {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        Instant now = settings.time().instant();
        deadline.get().cancel();
        RunState state = table.runState();
        if (state == RunState.CANCELLED && late.get()) {
            state = RunState.FAILED;
        }
        Throwable failure = state == RunState.FAILED ? firstFailure.get() : null;
        Optional<ErrorInfo> error = Optional.ofNullable(failure).map(ErrorInfo::of);
        try {
            journal.ended(state, now, error);
        } catch (RuntimeException | Error notStored) {
            events.close();
            end.completeExceptionally(new RunStoppedException(run.id(), "its end could not be stored", notStored));
            return;
        } finally {
            journal.close();
        }
        Duration duration = Duration.between(startedAt, now);
        if (events.isActive()) {
            events.tell(new RunListener.RunEnded(run, state, duration, error));
        }
        LOG.info("run {} of pipeline '{}' {} after {}", run.id(), run.pipeline(), state, duration);
        end.complete(table.report(run.id(), settings.store(), state, duration, failure));
    }
}
