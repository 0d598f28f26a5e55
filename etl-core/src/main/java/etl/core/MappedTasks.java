package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The mapped tasks of one run: each is one task run as a whole, which ends when the task runs of its elements have ended. */
final class MappedTasks {
    private final RunExecution execution;
    private final RunScope scope;
    private final RunJournal journal;
    private final RunWorkers workers;

    MappedTasks(RunExecution execution, RunScope scope, RunJournal journal, RunWorkers workers) {
        this.execution = execution;
        this.scope = scope;
        this.journal = journal;
        this.workers = workers;
    }

    /** Begins a mapped task: its elements are made ready, as many as may be under way at once. */
    void expand(TaskRun whole, TaskBody.Inputs inputs) {
        Pipeline pipeline = scope.pipeline();
        Mapping mapping = pipeline.mapping(whole.task()).orElseThrow();
        Instant now = scope.settings().time().instant();
        whole.nextAttempt();
        whole.begun(now);
        journal.write(whole.started(pipeline.task(whole.task()).id(), now), execution.noted());
        MappedTask mapped;
        try {
            mapped = execution.table().map(whole, MappedElements.of(mapping, inputs));
        } catch (RunLostException stopping) {
            return;
        } catch (RuntimeException | Error notMappable) {
            execution.failedWith(notMappable);
            endWhole(whole, TaskState.FAILED, null, notMappable);
            return;
        }
        int atOnce = mapping.atOnce()
                .orElse(pipeline.parallelism().orElse(scope.settings().parallelism()));
        int offered = 0;
        while (offered < atOnce && offerNext(mapped, null)) {
            offered++;
        }
        if (execution.halt().isCancelled(whole.task())) {
            cancelElements(mapped);
        }
        endIfAllElementsFinal(mapped);
    }

    private boolean offerNext(MappedTask mapped, RunWorkers.@Nullable Worker worker) {
        OptionalInt next = mapped.takeNext();
        next.ifPresent(element -> workers.add(mapped.elements(), element, worker));
        return next.isPresent();
    }

    /** An element is not being executed any more, though its end is not stored yet: the next one may begin. */
    void makeRoom(TaskRun element, RunWorkers.@Nullable Worker worker) {
        MappedTask mapped = of(element);
        mapped.roomMade();
        offerNext(mapped, worker);
    }

    void elementEnded(TaskRun element, RunWorkers.@Nullable Worker worker) {
        MappedTask mapped = of(element);
        if (!mapped.takeRoomMade()) {
            offerNext(mapped, worker);
        }
        endIfAllElementsFinal(mapped);
    }

    private MappedTask of(TaskRun element) {
        return Objects.requireNonNull(execution.table().mapped(element.task()));
    }

    private void endIfAllElementsFinal(MappedTask mapped) {
        if (mapped.end()) {
            TaskState state = mapped.state();
            TaskRun whole = mapped.whole();
            Throwable failure = state == TaskState.SUCCEEDED
                    ? null
                    : mapped.failure(scope.pipeline().task(whole.task()).id(), state);
            execution.hand(() -> endWhole(whole, state, failure == null ? mapped.output() : null, failure));
        }
    }

    private void endWhole(TaskRun whole, TaskState state, @Nullable Object output, @Nullable Throwable failure) {
        String taskId = scope.pipeline().task(whole.task()).id();
        int attempt = whole.attempt();
        Instant begun = whole.begunAt();
        Instant now = scope.settings().time().instant();
        if (failure == null) {
            whole.output(output);
            journal.write(
                    TaskChange.succeeded(taskId, whole.task(), attempt, now, RowCounts.NONE, null, Void.class),
                    execution.onDurable(() -> {
                        execution.tellEnded(whole, state, 0, begun, now, RowCounts.NONE, null);
                        whole.move(state);
                        execution.closed(whole, state, null);
                    }));
            return;
        }
        ErrorInfo error = ErrorInfo.of(failure);
        TaskChange change = state == TaskState.SKIPPED
                ? TaskChange.skipped(taskId, attempt, now, RowCounts.NONE, error)
                : TaskChange.failed(taskId, attempt, state, now, RowCounts.NONE, error);
        journal.write(whole.of(change), execution.onDurable(() -> {
            execution.tellEnded(whole, state, 0, begun, now, RowCounts.NONE, error);
            whole.close(state, failure, error);
            execution.closed(whole, state, null);
        }));
    }

    void cancel() {
        for (MappedTask mapped : execution.table().mappedTasks()) {
            if (execution.halt().isCancelled(mapped.whole().task())) {
                cancelElements(mapped);
            }
        }
    }

    /** Elements that have not begun are only told here: the store remembers nothing of them. */
    private void cancelElements(MappedTask mapped) {
        TaskRuns elements = mapped.elements();
        for (int index = 0; index < elements.size(); index++) {
            TaskRun element = elements.get(index);
            if (element.claim(TaskState.PENDING, TaskState.CANCELLED)) {
                element.closed();
            } else {
                execution.cancelRetry(element);
            }
        }
        endIfAllElementsFinal(mapped);
    }
}
