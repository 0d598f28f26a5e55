package etl.core;

import etl.core.TaskAttempt.Interruption;
import etl.core.TriggerRule.Decision;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.RunExecutor;
import etl.core.spi.RunInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.StateStoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of one pipeline in this process.
 *
 * <p>When a task run's final state is durable, on whatever thread that happens, each successor is decided anew by
 * {@link UpstreamStates}; one that starts goes to the {@link RunWorkers}. Every change of a state is a compare-and-set in
 * {@link TaskRuns}: of two that want the same task run (a worker and a cancel, two failed upstream tasks) one wins.
 * {@link AttemptEnds} says what follows from the end of an attempt, {@link MappedTasks} executes tasks element by element,
 * {@link SettledTasks} ends those that are not executed.
 */
final class RunExecution implements WorkersOwner {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final Pipeline pipeline;
    private final TaskColumns columns;
    private final Successors successors;
    private final RunInfo run;
    private final RunSettings settings;
    private final RunSteps steps;
    private final RunJournal journal;
    private final AttemptLog log;
    private final TaskTable table;
    private final RunEvents events;
    private final RunWorkers workers;
    private final AttemptEnds ends;
    private final MappedTasks mapped;
    private final SettledTasks settled;
    private final @Nullable CacheGate gate;
    private final RunInputs inputs;
    private final IntFunction<@Nullable Object> outputs;
    private final RunEnd end;
    private final RunJournal.Receipt noted = onDurable(() -> {});
    private final Halt halt;
    private final AtomicReference<@Nullable Throwable> stopCause = new AtomicReference<>();
    private final CompletableFuture<Boolean> drained = new CompletableFuture<>();

    RunExecution(RunScope scope, RunJournal journal, TaskTable table) {
        this.pipeline = scope.pipeline();
        this.columns = pipeline.columns();
        this.successors = columns.successors();
        this.run = scope.run();
        this.halt = new Halt(pipeline);
        this.settings = scope.settings();
        this.steps = new RunSteps(run, settings.executor().stepsOf(run.id()), this::failed);
        this.journal = journal;
        this.log = AttemptLog.of(journal, noted);
        this.table = table;
        this.events = settings.listeners().of(pipeline, run, settings.time());
        this.gate = pipeline.hasCaches() ? new CacheGate(new CachedTasks(this, scope, journal), scope) : null;
        this.workers = new RunWorkers(this, pipeline, table.runs(), settings, gate);
        this.ends = new AttemptEnds(this, scope, journal, log, workers, gate);
        this.mapped = new MappedTasks(this, scope, journal, workers);
        this.settled = new SettledTasks(this, scope, journal);
        this.inputs = new RunInputs(scope, journal, table, this::stop);
        this.outputs = inputs::output;
        this.end = new RunEnd(scope, journal, table, events, gate);
    }

    RunInfo run() {
        return run;
    }

    CompletableFuture<RunReport> end() {
        return end.report();
    }

    RunExecutor executor() {
        return settings.executor();
    }

    RunProgress progress() {
        int[] running = {0};
        workers.forEachAttempt(attempt -> running[0]++);
        return new RunProgress(pipeline.size(), table.finalTasks(), running[0]);
    }

    void start() {
        LOG.info("run {} of pipeline '{}' starts: {} tasks", run.id(), run.pipeline(), pipeline.size());
        journal.started(end.startedAt(), noted);
        if (events.isActive()) {
            events.tell(new RunListener.RunStarted(run, end.startedAt(), pipeline.size(), table.finalTasks()));
            events.watchSlas(task -> table.state(task).isFinal());
        }
        int[] starting = Arrays.stream(pipeline.starters())
                .filter(task -> !table.state(task).isFinal() && table.decideAtStart(task) == Decision.START)
                .toArray();
        for (int task : table.endedBefore()) {
            propagate(task, table.state(task), null);
        }
        workers.addAll(starting);
        pipeline.deadline().ifPresent(limit -> end.watchDeadline(limit, () -> miss(limit)));
        journal.onCancelRequest(this::cancel);
        journal.onLost(this::stop);
        finishIfAllFinal();
    }

    private void miss(Duration limit) {
        if (!end.isOver() && halt.isAbsent()) {
            end.missed(limit);
            cancel();
        }
    }

    /** A task run has succeeded, and only its store is waited for: the next element does not wait for that. */
    void awaitsStore(TaskRun taskRun, RunWorkers.@Nullable Worker worker) {
        if (taskRun.isElement()) {
            mapped.makeRoom(taskRun, worker);
        }
    }

    /**
     * A task run has come into a final state, durably; on the thread of the worker, if there is one. A worker looks for the
     * end of the run when nothing is left to it.
     */
    void closed(TaskRun taskRun, TaskState state, RunWorkers.@Nullable Worker worker) {
        if (taskRun.isElement()) {
            mapped.elementEnded(taskRun, worker);
        } else {
            propagate(taskRun.task(), state, worker);
            if (worker == null) {
                finishIfAllFinal();
            }
        }
    }

    /** Tells the successors of a task how it has ended, and lets those start whose rules allow it now. */
    private void propagate(int ended, TaskState how, RunWorkers.@Nullable Worker worker) {
        for (int place = successors.first(ended); place < successors.end(ended); place++) {
            int successor = successors.at(place);
            switch (table.decide(place, ended, how, outputs)) {
                case START -> start(successor, worker);
                case SKIP -> settle(table.run(successor), TaskState.SKIPPED);
                case UPSTREAM_FAILED -> settle(table.run(successor), notStarted(successor));
                case WAIT -> {}
            }
        }
    }

    /** Not if it has ended, which can only be before a resume or with a cancel. */
    private void start(int task, RunWorkers.@Nullable Worker worker) {
        boolean mayHaveEnded = table.isResumed() || !halt.isAbsent();
        if (!mayHaveEnded || !table.state(task).isFinal()) {
            workers.add(table.runs(), task, worker);
        }
    }

    /** Below a task that was cancelled with its run, nothing has failed. */
    private TaskState notStarted(int task) {
        return halt.isCancelled(task) ? TaskState.CANCELLED : TaskState.UPSTREAM_FAILED;
    }

    TaskTable table() {
        return table;
    }

    // --- the workers' view -----------------------------------------------------------------------------------------

    @Override
    public boolean execute(TaskRuns runs, int index, RunWorkers.Worker worker) {
        TaskRun taskRun = mayStart() ? runs.take(index) : null;
        if (taskRun == null) {
            if (gate != null) {
                gate.givenUp(runs.get(index));
            }
            return true;
        }
        if (columns.isMapped(taskRun.task()) && !taskRun.isElement()) {
            mapped.expand(taskRun, inputs(taskRun));
            return true;
        }
        return attempt(taskRun, worker);
    }

    /** Makes a task run the caller's, to end it. */
    boolean claim(TaskRun taskRun) {
        return mayStart() && taskRun.start();
    }

    private boolean mayStart() {
        return halt.letsStart() && journal.isOwner();
    }

    private boolean attempt(TaskRun taskRun, RunWorkers.Worker worker) {
        int number = taskRun.nextAttempt();
        WorkerAttempt attempt = new WorkerAttempt(ends, taskRun, number, worker.startTime(settings.time()), worker);
        if (taskRun.isFirstAttempt()) {
            taskRun.begun(attempt.startedAt());
        }
        worker.begin(attempt);
        if (!begin(attempt)) {
            return attempt.endUnexecuted();
        }
        TaskBody body = gate == null ? columns.body(taskRun.task()) : gate.body(taskRun);
        return attempt.execute(body, inputs(taskRun));
    }

    /** Tells that an attempt begins; false if nothing is executed any more. */
    private boolean begin(WorkerAttempt attempt) {
        if (halt.isStopped()) {
            return false;
        }
        try {
            log.started(attempt);
            if (events.isActive()) {
                events.tell(new RunListener.TaskStarted(
                        run, attempt.taskId(), attempt.taskRun().mapIndex(), attempt.attempt(), attempt.startedAt()));
            }
        } catch (RuntimeException | Error defect) {
            failed(defect);
        }
        Interruption reason = halt.reasonFor(attempt.task());
        if (reason != null) {
            attempt.interrupt(reason);
        }
        return reason != Interruption.STOP;
    }

    @Override
    public boolean hand(Runnable action) {
        try {
            steps.execute(action);
            return true;
        } catch (RuntimeException | Error noThread) {
            stop(noThread);
            return false;
        }
    }

    @Override
    public void outOfWork() {
        finishIfAllFinal();
    }

    @Override
    public void idle() {
        tellIfDrained();
        endIfStopped();
    }

    @Override
    public void failed(Throwable defect) {
        LOG.error("run {}: the runner itself failed", run.id(), defect);
        stop(defect);
    }

    /** For a task run that does not have to pass the cache again. */
    void admit(TaskRun taskRun) {
        workers.admit(taskRun);
    }

    TaskBody.Inputs inputs(TaskRun taskRun) {
        return inputs.of(taskRun);
    }

    // --- what the parts of the run have in common ------------------------------------------------------------------

    /** The first failure is why the run fails. */
    void failedWith(Throwable failure) {
        end.failedWith(failure);
    }

    /** Whether a task run that waits for its turn may still get it. Does not ask the journal, which may stop the run. */
    @Override
    public boolean wants(TaskRun taskRun) {
        return halt.letsStart() && !taskRun.state().isFinal();
    }

    /** The task ends in a final state without a further attempt, unless somebody else has taken it by now. */
    private void settle(TaskRun taskRun, TaskState state) {
        if (taskRun.claim(TaskState.PENDING, state)) {
            settled.add(taskRun);
        }
    }

    /** Before the table knows the end: whoever sees that the last task has ended tells the end of the run. */
    void tellEnded(
            TaskRun taskRun,
            TaskState state,
            int attempt,
            Instant from,
            Instant to,
            RowCounts rows,
            @Nullable ErrorInfo error) {
        taskRun.measured(from, to, rows);
        if (events.isActive()) {
            events.tell(new RunListener.TaskEnded(
                    run,
                    columns.id(taskRun.task()),
                    taskRun.mapIndex(),
                    attempt,
                    state,
                    Duration.between(from, to),
                    rows,
                    Optional.ofNullable(error),
                    Optional.ofNullable(taskRun.cachedFrom())));
        }
    }

    RunEvents events() {
        return events;
    }

    RunSteps steps() {
        return steps;
    }

    /** Only a failure to store has a consequence. */
    RunJournal.Receipt noted() {
        return noted;
    }

    RunJournal.Receipt onDurable(Runnable action) {
        return new RunJournal.Receipt() {
            @Override
            public void durable() {
                steps.carryOut(action);
            }

            @Override
            public void failed(StateStoreException failure) {
                stop(failure);
            }
        };
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    void cancel() {
        if (!halt.cancel()) {
            return;
        }
        LOG.info("run {} is being cancelled", run.id());
        for (int task = 0; task < pipeline.size(); task++) {
            if (halt.isCancellable(task)) {
                settle(table.run(task), TaskState.CANCELLED);
                cancelRetry(table.run(task));
            }
        }
        mapped.cancel();
        if (gate != null) {
            gate.cancel();
        }
        workers.forEachAttempt(attempt -> {
            if (halt.isCancellable(attempt.task())) {
                attempt.interrupt(Interruption.CANCEL);
            }
        });
        workers.dropUnwanted();
        releaseClaims();
    }

    /** Nobody else has to wait for an output that will not be computed here. */
    private void releaseClaims() {
        if (gate != null) {
            hand(() -> gate.releaseUnless(this::wants));
        }
    }

    /** Gives a task run up that waits for its next attempt, or has waited and is to be executed. */
    void cancelRetry(TaskRun taskRun) {
        if (taskRun.claim(TaskState.RETRYING, TaskState.CANCELLED)) {
            ends.dropAlarm(taskRun);
            settled.add(taskRun);
        }
    }

    Halt halt() {
        return halt;
    }

    /** Starts no further attempt; the future is completed when those under way have ended. */
    CompletableFuture<Boolean> drain() {
        halt.drain();
        workers.dropUnwanted();
        releaseClaims();
        tellIfDrained();
        return drained;
    }

    void tellIfDrained() {
        if (halt.isDraining() && workers.isIdle() && settled.isIdle()) {
            drained.complete(true);
        }
    }

    /** Ends the execution but not the run: nothing more is recorded, so that the run can be resumed. */
    void shutDown() {
        if (!halt.stop()) {
            return;
        }
        end.dropDeadline();
        ends.dropWaiting();
        workers.forEachAttempt(attempt -> attempt.interrupt(Interruption.STOP));
        workers.dropUnwanted();
        settings.executor().endsOf(run.id()).execute(this::endIfStopped);
    }

    /** Shuts the execution down because of something that went wrong; the first cause is told. */
    void stop(Throwable cause) {
        stopCause.compareAndSet(null, cause);
        shutDown();
    }

    void endIfStopped() {
        if (halt.isStopped() && workers.isIdle()) {
            end.stop(stopCause.get());
        }
    }

    void finishIfAllFinal() {
        if (!end.isOver() && table.isAllFinal()) {
            hand(end::finish);
        }
    }
}
