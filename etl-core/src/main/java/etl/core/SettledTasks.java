package etl.core;

import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends the task runs of one run that come into a final state without a further attempt.
 *
 * <p>Their changes are not written where that is decided but on a thread of their own, one after the other: who decides
 * may be the thread of a receipt, and a graph can have more tasks below a failure than the journal takes at once, and
 * deeper ones than a stack holds.
 */
final class SettledTasks {
    private final RunExecution execution;
    private final RunScope scope;
    private final RunJournal journal;
    private final Queue<TaskRun> settled = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unwritten = new AtomicInteger();

    SettledTasks(RunExecution execution, RunScope scope, RunJournal journal) {
        this.execution = execution;
        this.scope = scope;
        this.journal = journal;
    }

    /** Takes a task run that was claimed for its final state. */
    void add(TaskRun taskRun) {
        settled.add(taskRun);
        if (unwritten.getAndIncrement() == 0) {
            execution.hand(this::write);
        }
    }

    private void write() {
        int seen = unwritten.get();
        do {
            TaskRun taskRun = settled.poll();
            while (taskRun != null) {
                write(taskRun);
                taskRun = settled.poll();
            }
            seen = unwritten.addAndGet(-seen);
        } while (seen > 0);
        execution.finishIfAllFinal();
        execution.tellIfDrained();
    }

    /** Whether everything taken has been written. */
    boolean isIdle() {
        return unwritten.get() == 0;
    }

    private void write(TaskRun taskRun) {
        TaskState state = taskRun.state();
        int attempt = taskRun.attempt();
        Instant now = scope.settings().time().instant();
        TaskChange change =
                TaskChange.ended(scope.pipeline().task(taskRun.task()).id(), attempt, state, now);
        journal.write(taskRun.of(change), execution.onDurable(() -> {
            execution.tellEnded(taskRun, state, attempt, now, now, RowCounts.NONE, null);
            taskRun.closed();
            execution.closed(taskRun, state, null);
        }));
    }
}
