package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must hold at every moment, whatever goes wrong. The first violation ends the schedule. */
final class Invariants implements SimulatedDatabase.Watch {
    private final VirtualTime time;
    private final long lease;
    private final List<Execution> open = new ArrayList<>();
    private final Set<RunId> notBegun = new HashSet<>();
    private @Nullable String violation;
    private int executions;

    /** The code of a task, while it is being executed. */
    record Execution(SimulatedProcess process, TaskWrite.Row task, int attempt, long begun) {}

    /**
     * The invariants of one schedule.
     *
     * @param lease its length in microseconds
     */
    Invariants(VirtualTime time, long lease) {
        this.time = time;
        this.lease = lease;
    }

    @Nullable
    String violation() {
        return violation;
    }

    int executions() {
        return executions;
    }

    void violated(String what) {
        if (violation == null) {
            violation = "at " + time.now() / 1_000 + " ms: " + what;
            time.note(() -> "VIOLATED: " + what);
        }
        time.stop();
    }

    // --- executions -------------------------------------------------------------------------------------------------

    Execution begins(
            SimulatedProcess process,
            SimulatedDatabase database,
            RunId run,
            String taskId,
            int attempt,
            List<String> upstream) {
        TaskWrite.Row task = new TaskWrite.Row(run, taskId, StoredTask.NOT_MAPPED);
        Execution execution = new Execution(process, task, attempt, time.now());
        executions++;
        time.note(() -> process + " executes " + taskId + ", attempt " + attempt + ", of " + run);
        if (database.hasSucceeded(run, taskId)) {
            violated(execution + " begins after its success is durable");
        }
        upstream.stream()
                .filter(above -> !database.hasSucceeded(run, above))
                .forEach(above -> violated(execution + " begins before the success of " + above + " is durable"));
        open.stream()
                .filter(other -> other.task().equals(task) && !isExcused(other))
                .forEach(other -> violated(execution + " overlaps " + other));
        open.add(execution);
        return execution;
    }

    void ends(Execution execution) {
        time.note(
                () -> execution.process() + " has executed " + execution.task().taskId());
        open.remove(execution);
    }

    void dies(SimulatedProcess process) {
        open.removeIf(execution -> execution.process() == process);
    }

    /**
     * A process that was suspended while its lease ran out does not know: its code goes on until it looks, and ends a moment
     * after that.
     */
    private boolean isExcused(Execution execution) {
        SimulatedProcess process = execution.process();
        Lease held = process.leases().held(execution.task().run());
        boolean hasLease = held != null && held.remaining() > 0;
        long seen = process.suspendedUntil() + lease / 60 + SimulatedWorld.reaction(lease);
        return !hasLease && process.suspendedUntil() >= 0 && time.now() <= seen;
    }

    // --- what is stored ---------------------------------------------------------------------------------------------

    @Override
    public void changed(@Nullable SimulatedTask before, SimulatedTask after, @Nullable SimulatedRun run) {
        time.note(() -> "stored: " + after.key().taskId() + ", attempt " + after.attempt() + ", of " + after.run()
                + " is " + after.state());
        if (run != null && run.state == RunState.QUEUED && !notBegun.contains(after.run())) {
            violated(after + " is stored, but not that its run has begun");
        }
        if (before == null || before.equals(after)) {
            return;
        }
        if (before.state() == TaskState.SUCCEEDED) {
            violated(before + " has succeeded and becomes " + after);
        }
    }

    @Override
    public void changed(SimulatedRun run, RunState before, List<SimulatedTask> rows) {
        time.note(() -> "stored: run " + run.definition.id() + ", epoch " + run.epoch + ", is " + run.state
                + ", owned by " + run.owner);
        if (before.isFinal() && run.state != before) {
            violated("run " + run.definition.id() + " was " + before + " and becomes " + run.state);
        }
        long ended = rows.stream().filter(task -> task.state().isFinal()).count();
        if (run.state.isFinal() && ended < run.definition.tasks()) {
            violated("run " + run.definition.id() + " ends, but only " + ended + " of its tasks have ended");
        }
    }

    @Override
    public void taken(SimulatedRun run) {
        time.note(() -> run.owner + " has taken run " + run.definition.id() + " with epoch " + run.epoch + " until "
                + run.leaseUntil / 1_000 + " ms");
    }

    @Override
    public void prolonged(SimulatedRun run) {
        time.note(() -> run.owner + " has run " + run.definition.id() + " until " + run.leaseUntil / 1_000 + " ms");
    }

    @Override
    public void changedByZombie(RunId run) {
        violated("somebody who has lost run " + run + " has changed it");
    }

    void saidToBeDurable(SimulatedDatabase database, RunId run, TaskChange change) {
        if (change.state() == TaskState.SUCCEEDED && !database.hasSucceeded(run, change.taskId())) {
            violated("the success of " + change.taskId() + " is said to be durable, but is not");
        }
    }

    void saidToBeDurable(SimulatedDatabase database, RunId run, RunState state) {
        RunState stored = database.stateOf(run);
        if (state.isFinal() ? stored != state : stored == RunState.QUEUED) {
            violated("run " + run + " is said to be " + state + ", but is " + stored);
        }
    }

    /** What was on its way to the database may still be stored; whoever takes the run goes on from there. */
    void hasNotBegun(RunId run) {
        notBegun.add(run);
    }

    void refused(SimulatedDatabase database, Lease lease, StateStoreException failure) {
        if (failure instanceof StaleWriteException && database.isValid(lease)) {
            violated("its owner is told: " + failure.getMessage());
        }
    }

    // --- the end ----------------------------------------------------------------------------------------------------

    void atTheEnd(SimulatedDatabase database, SimulatedPipeline pipeline, boolean inputsWereUnreadable) {
        for (SimulatedRun run : database.runs()) {
            if (!run.state.isFinal()) {
                violated("run " + run.definition.id() + " has not ended: it is " + run.state + ", owned by "
                        + run.owner);
                continue;
            }
            RunState expected = RunState.SUCCEEDED;
            for (int task = 0; task < pipeline.size(); task++) {
                SimulatedTask row = database.row(run.definition.id(), pipeline.id(task));
                if (row == null || !row.state().isFinal()) {
                    violated("run " + run.definition.id() + " is " + run.state + ", but its task " + pipeline.id(task)
                            + " is " + row);
                    return;
                }
                if (row.state() == TaskState.FAILED) {
                    expected = RunState.FAILED;
                }
                if (row.state() != pipeline.end(task) && !inputsWereUnreadable) {
                    violated(row + " was to end " + pipeline.end(task));
                }
                if (row.state() == TaskState.SUCCEEDED && !pipeline.output(task).equals(row.output())) {
                    violated(row + " was to have the output " + pipeline.output(task));
                }
            }
            if (run.state != expected) {
                violated("run " + run.definition.id() + " is " + run.state + " and was to be " + expected);
            }
        }
    }
}
