package etl.core;

import etl.core.spi.CacheClaim;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.TaskChange;
import java.time.Instant;

/** What follows in a run from what its {@link CacheGate} has found: a task run ends without an attempt, or has one. */
final class CachedTasks implements CacheGate.Owner {
    private final RunExecution execution;
    private final RunScope scope;
    private final RunJournal journal;

    CachedTasks(RunExecution execution, RunScope scope, RunJournal journal) {
        this.execution = execution;
        this.scope = scope;
        this.journal = journal;
    }

    @Override
    public TaskBody.Inputs inputs(TaskRun run) {
        return execution.inputs(run);
    }

    @Override
    public void uncached(TaskRun run) {
        execution.admit(run);
    }

    /** Like the end of an attempt: successors start when it is durable. */
    @Override
    public void cached(TaskRun run, CacheClaim.Found found) {
        if (!execution.claim(run)) {
            return;
        }
        told(run, RunListener.CacheResult.HIT);
        Instant now = scope.settings().time().instant();
        int attempts = run.attempt();
        run.output(found.output());
        run.cachedFrom(found.run());
        TaskChange change = TaskChange.cached(
                scope.pipeline().task(run.task()).id(),
                attempts,
                now,
                found.output(),
                CacheKeys.outputType(scope.pipeline(), run),
                found.run());
        journal.write(run.of(change), execution.onDurable(() -> {
            execution.tellEnded(run, TaskState.SUCCEEDED, attempts, now, now, RowCounts.NONE, null);
            run.move(TaskState.SUCCEEDED);
            execution.closed(run, TaskState.SUCCEEDED, null);
        }));
    }

    @Override
    public void told(TaskRun run, RunListener.CacheResult result) {
        if (execution.events().isActive()) {
            execution
                    .events()
                    .tell(new RunListener.CacheChecked(
                            scope.run(), scope.pipeline().task(run.task()).id(), run.mapIndex(), result));
        }
    }

    @Override
    public void hand(Runnable action) {
        execution.hand(action);
    }

    @Override
    public void failed(Throwable defect) {
        execution.failed(defect);
    }
}
