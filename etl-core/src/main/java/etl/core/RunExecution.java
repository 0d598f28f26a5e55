package etl.core;

import etl.core.TaskAttempt.Interruption;
import etl.core.spi.ErrorInfo;
import etl.core.spi.OutputNotStorableException;
import etl.core.spi.RowCounts;
import etl.core.spi.RunInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
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
 * <p>Each task counts its unfinished upstream tasks; whoever brings the count to zero puts the task into the ready queue
 * and, if fewer workers than allowed are busy, starts one. A worker executes ready tasks until the queue is empty, so a
 * chain of any length needs neither recursion nor a thread hand-over per task. Every change of a task's state is a
 * compare-and-set in {@link TaskTable}: of two that want the same task (a worker and a cancel, two failed upstream
 * tasks) one wins. A task's successors are released when the journal says that its result is durable, on whatever thread
 * that happens.
 */
final class RunExecution implements TaskAttempt.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final Pipeline pipeline;
    private final RunInfo run;
    private final RunSettings settings;
    private final RunJournal journal;
    private final Map<String, Object> arguments;
    private final TaskTable table;
    private final int parallelism;
    private final Queue<Integer> ready = new ConcurrentLinkedQueue<>();
    private final AtomicInteger workers = new AtomicInteger();
    private final Set<TaskAttempt> active = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Time.Alarm> waiting = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Interruption> halt = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> stopCause = new AtomicReference<>();
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
        this.journal = journal;
        this.arguments = arguments;
        this.table = table;
        this.parallelism = pipeline.parallelism().orElse(settings.parallelism());
        this.startedAt = settings.time().instant();
    }

    RunInfo run() {
        return run;
    }

    CompletableFuture<RunReport> end() {
        return end;
    }

    RunProgress progress() {
        return table.progress();
    }

    void start() {
        LOG.info("run {} of pipeline '{}' starts: {} tasks", run.id(), run.pipeline(), pipeline.size());
        journal.started(startedAt);
        settings.listener()
                .onRunStarted(new RunListener.RunStarted(run, startedAt, pipeline.size(), table.finalTasks()));
        for (int task : table.readyAtStart()) {
            ready.add(task);
        }
        if (table.isAllFinal()) {
            execute(this::finish);
        }
        for (int i = Math.min(parallelism, ready.size()); i > 0; i--) {
            startWorker();
        }
    }

    // --- workers ---------------------------------------------------------------------------------------------------

    private void makeReady(int task) {
        ready.add(task);
        startWorker();
    }

    private void startWorker() {
        if (acquireSlot()) {
            execute(this::work);
        }
    }

    private boolean acquireSlot() {
        int busy = workers.get();
        while (busy < parallelism) {
            if (workers.compareAndSet(busy, busy + 1)) {
                return true;
            }
            busy = workers.get();
        }
        return false;
    }

    private void work() {
        MDC.put("pipeline", run.pipeline());
        MDC.put("run", run.id().toString());
        try {
            do {
                Integer task = ready.poll();
                while (task != null) {
                    if (!attempt(task)) {
                        return;
                    }
                    task = ready.poll();
                }
                workers.decrementAndGet();
            } while (!ready.isEmpty() && acquireSlot());
        } catch (RuntimeException | Error defect) {
            LOG.error("run {}: the runner itself failed", run.id(), defect);
            stop(defect);
        } finally {
            MDC.remove("pipeline");
            MDC.remove("run");
        }
        endIfStopped();
    }

    private void execute(Runnable action) {
        try {
            settings.threads().execute(action);
        } catch (RejectedExecutionException closed) {
            stop(closed);
        }
    }

    // --- attempts --------------------------------------------------------------------------------------------------

    private boolean attempt(int task) {
        if (halt.get() == Interruption.STOP || !table.start(task)) {
            return true;
        }
        TaskAttempt attempt = new TaskAttempt(this, settings, run, pipeline, task, table.nextAttempt(task), arguments);
        if (attempt.attempt() == table.firstAttempt(task)) {
            table.begun(task, attempt.startedAt());
        }
        active.add(attempt);
        journal.write(
                TaskChange.started(attempt.taskId(), attempt.attempt(), attempt.startedAt()), onDurable(() -> {}));
        settings.listener()
                .onTaskStarted(
                        new RunListener.TaskStarted(run, attempt.taskId(), attempt.attempt(), attempt.startedAt()));
        Interruption halted = halt.get();
        if (halted != null) {
            attempt.interrupt(halted);
        }
        return attempt.execute(inputs(task));
    }

    private TaskBody.Inputs inputs(int task) {
        int[] sources = pipeline.inputs(task);
        return new TaskBody.Inputs() {
            @Override
            public int size() {
                return sources.length;
            }

            @Override
            @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
            public <T extends @Nullable Object> T get(int position) {
                return (T) table.output(sources[position], settings.store(), run.id());
            }
        };
    }

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
        workers.decrementAndGet();
        if (attempt.interruption() != Interruption.STOP) {
            close(attempt, failure);
        }
        if (!ready.isEmpty()) {
            startWorker();
        }
        execute(this::endIfStopped);
    }

    private void succeeded(TaskAttempt attempt, @Nullable Object output) {
        int task = attempt.task();
        table.output(task, output);
        TaskChange change = TaskChange.succeeded(
                attempt.taskId(),
                attempt.attempt(),
                settings.time().instant(),
                attempt.rows(),
                output,
                pipeline.task(task).outputType());
        try {
            journal.write(change, onDurable(() -> {
                table.move(task, TaskState.RUNNING, TaskState.SUCCEEDED);
                tellEnded(task, attempt, TaskState.SUCCEEDED, change.at(), null);
                for (int successor : pipeline.downstream(task)) {
                    if (table.upstreamSucceeded(successor)) {
                        makeReady(successor);
                    }
                }
                finishIfAllFinal();
            }));
        } catch (OutputNotStorableException notStorable) {
            close(attempt, notStorable);
        }
    }

    private void failed(TaskAttempt attempt, Throwable failure) {
        if (attempt.interruption() == Interruption.STOP) {
            return;
        }
        int task = attempt.task();
        RetryPolicy policy = pipeline.task(task).retry();
        Duration elapsed = Duration.between(table.begunAt(task), settings.time().instant());
        Optional<Duration> delay = attempt.interruption() == Interruption.CANCEL
                ? Optional.empty()
                : policy.delayAfter(table.attemptsSinceStart(task), failure, elapsed, ThreadLocalRandom.current());
        if (delay.isEmpty()) {
            close(attempt, failure);
            return;
        }
        LOG.warn(
                "run {}: task '{}', attempt {}, failed; the next attempt is due in {}",
                run.id(),
                attempt.taskId(),
                attempt.attempt(),
                delay.get(),
                failure);
        retry(attempt, failure, delay.get());
    }

    private void retry(TaskAttempt attempt, Throwable failure, Duration delay) {
        int task = attempt.task();
        ErrorInfo error = ErrorInfo.of(failure);
        journal.write(
                TaskChange.failed(
                        attempt.taskId(),
                        attempt.attempt(),
                        TaskState.RETRYING,
                        settings.time().instant(),
                        attempt.rows(),
                        error),
                onDurable(() -> {}));
        table.move(task, TaskState.RUNNING, TaskState.RETRYING);
        settings.listener()
                .onTaskRetrying(new RunListener.TaskRetrying(run, attempt.taskId(), attempt.attempt(), error, delay));
        waiting.put(task, settings.time().after(delay, () -> {
            waiting.remove(task);
            makeReady(task);
        }));
        if (halt.get() == Interruption.CANCEL) {
            cancelWaiting(task);
        }
    }

    /** The task's last attempt has failed: the task is FAILED, or CANCELLED if that is why. */
    private void close(TaskAttempt attempt, Throwable failure) {
        int task = attempt.task();
        TaskState state = attempt.interruption() == Interruption.CANCEL ? TaskState.CANCELLED : TaskState.FAILED;
        ErrorInfo error = ErrorInfo.of(failure);
        if (state == TaskState.FAILED) {
            firstFailure.compareAndSet(null, failure);
            LOG.error("run {}: task '{}' failed in attempt {}", run.id(), attempt.taskId(), attempt.attempt(), failure);
        }
        TaskChange change = TaskChange.failed(
                attempt.taskId(), attempt.attempt(), state, settings.time().instant(), attempt.rows(), error);
        journal.write(change, onDurable(() -> {
            table.fail(task, TaskState.RUNNING, state, failure);
            tellEnded(task, attempt, state, change.at(), error);
            if (state == TaskState.FAILED) {
                execute(() -> failDownstream(task));
            } else {
                finishIfAllFinal();
            }
        }));
    }

    /** Not on the thread of the receipt: a graph can have more tasks below a failure than the journal takes at once. */
    private void failDownstream(int failed) {
        Deque<Integer> spreading = new ArrayDeque<>();
        spreading.add(failed);
        while (!spreading.isEmpty()) {
            for (int successor : pipeline.downstream(spreading.remove())) {
                if (table.claim(successor, TaskState.PENDING, TaskState.UPSTREAM_FAILED)) {
                    endUnattempted(successor, TaskState.UPSTREAM_FAILED);
                    spreading.add(successor);
                }
            }
        }
        finishIfAllFinal();
    }

    /** A task that was claimed for a final state without a further attempt. */
    private void endUnattempted(int task, TaskState state) {
        TaskChange change = TaskChange.ended(
                pipeline.task(task).id(),
                table.attempt(task),
                state,
                settings.time().instant());
        journal.write(change, onDurable(() -> {
            table.closed();
            tellEnded(task, null, state, change.at(), null);
            finishIfAllFinal();
        }));
    }

    private void tellEnded(
            int task, @Nullable TaskAttempt attempt, TaskState state, Instant at, @Nullable ErrorInfo error) {
        Duration duration = attempt == null ? Duration.ZERO : Duration.between(attempt.startedAt(), at);
        RowCounts rows = attempt == null ? RowCounts.NONE : attempt.rows();
        table.measured(task, duration, rows);
        settings.listener()
                .onTaskEnded(new RunListener.TaskEnded(
                        run,
                        pipeline.task(task).id(),
                        table.attempt(task),
                        state,
                        duration,
                        rows,
                        Optional.ofNullable(error)));
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
            if (table.claim(task, TaskState.PENDING, TaskState.CANCELLED)) {
                endUnattempted(task, TaskState.CANCELLED);
            } else {
                cancelWaiting(task);
            }
        }
        active.forEach(attempt -> attempt.interrupt(Interruption.CANCEL));
    }

    private void cancelWaiting(int task) {
        if (table.claim(task, TaskState.RETRYING, TaskState.CANCELLED)) {
            dropAlarm(task);
            endUnattempted(task, TaskState.CANCELLED);
        }
    }

    private void dropAlarm(int task) {
        Time.Alarm alarm = waiting.remove(task);
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
        journal.close();
        end.completeExceptionally(new RunStoppedException(run.id(), why, cause));
    }

    private void finishIfAllFinal() {
        if (table.isAllFinal()) {
            execute(this::finish);
        }
    }

    private void finish() {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        Instant now = settings.time().instant();
        RunState state = table.runState();
        Throwable failure = state == RunState.FAILED ? firstFailure.get() : null;
        Optional<ErrorInfo> error = Optional.ofNullable(failure).map(ErrorInfo::of);
        try {
            journal.ended(state, now, error);
        } catch (RuntimeException | Error notStored) {
            end.completeExceptionally(new RunStoppedException(run.id(), "its end could not be stored", notStored));
            return;
        } finally {
            journal.close();
        }
        Duration duration = Duration.between(startedAt, now);
        settings.listener().onRunEnded(new RunListener.RunEnded(run, state, duration, error));
        LOG.info("run {} of pipeline '{}' {} after {}", run.id(), run.pipeline(), state, duration);
        end.complete(table.report(run.id(), settings.store(), state, duration, failure));
    }
}
