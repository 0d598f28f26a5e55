package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.NewRun;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tables in memory, with the rules of the SQL: what {@code SimulatedDatabaseTest} compares with PostgreSQL. Each method is
 * one transaction that nobody disturbs.
 */
final class SimulatedDatabase implements BatchStore, LeaseStore, RunStore {
    private static final Comparator<SimulatedTask> BY_KEY = Comparator.comparing(
                    (SimulatedTask task) -> task.key().taskId())
            .thenComparingInt(task -> task.key().mapIndex());

    private static final long STALENESS = 1_000_000;

    private final LongSupplier micros;
    private final Defect defect;
    private final Watch watch;
    private final Map<RunId, SimulatedRun> runs = new LinkedHashMap<>();
    private final Map<TaskWrite.Row, SimulatedTask> tasks = new HashMap<>();
    private final List<Version> history = new ArrayList<>();

    private record Version(long at, SimulatedTask row) {}

    /** Sees every change. */
    interface Watch {
        Watch NOBODY = new Watch() {};

        default void changed(@Nullable SimulatedTask before, SimulatedTask after, @Nullable SimulatedRun run) {}

        default void changed(SimulatedRun run, RunState before, List<SimulatedTask> rows) {}

        default void taken(SimulatedRun run) {}

        default void prolonged(SimulatedRun run) {}

        /** With a lease whose epoch is not the run's. */
        default void changedByZombie(RunId run) {}
    }

    /**
     * A database.
     *
     * @param micros its clock
     */
    SimulatedDatabase(LongSupplier micros, Defect defect, Watch watch) {
        this.micros = micros;
        this.defect = defect;
        this.watch = watch;
    }

    boolean insert(NewRun run, String owner, Duration length) {
        return runs.putIfAbsent(run.id(), new SimulatedRun(run, owner, until(length))) == null;
    }

    boolean isRecorded(NewRun run, String owner) {
        SimulatedRun recorded = runs.get(run.id());
        return recorded != null
                && owner.equals(recorded.owner)
                && recorded.definition.createdAt().equals(run.createdAt());
    }

    private long until(Duration length) {
        long micro = length.toNanos() / 1_000;
        return micros.getAsLong() + (defect == Defect.LEASE_TOO_SHORT ? micro / 2 : micro);
    }

    // --- leases -----------------------------------------------------------------------------------------------------

    @Override
    public long take(RunId id, String owner, Duration length) {
        SimulatedRun run = runs.get(id);
        long now = micros.getAsLong();
        boolean free =
                run != null && (run.isFree(now) || owner.equals(run.owner) || defect == Defect.LEASE_NOT_RESPECTED);
        if (!free) {
            throw new RunOwnedException(id, run == null ? "somebody who has deleted it" : String.valueOf(run.owner));
        }
        run.take(owner, until(length), now, defect == Defect.EPOCH_NOT_RAISED);
        watch.taken(run);
        return run.epoch;
    }

    @Override
    public Map<RunId, Long> prolong(Collection<RunId> ids, String owner, Duration length) {
        Map<RunId, Long> epochs = new HashMap<>();
        for (RunId id : ids) {
            SimulatedRun run = runs.get(id);
            if (run != null && owner.equals(run.owner)) {
                run.prolong(until(length));
                watch.prolonged(run);
                epochs.put(id, run.epoch);
            }
        }
        return epochs;
    }

    @Override
    public void release(RunId id, long epoch) {
        SimulatedRun run = runs.get(id);
        if (run != null && run.epoch == epoch) {
            run.free();
        }
    }

    // --- runs -------------------------------------------------------------------------------------------------------

    private @Nullable SimulatedRun owned(RunId id, @Nullable Lease lease) {
        SimulatedRun run = runs.get(id);
        return run != null && (lease == null || lease.epoch() == run.epoch) ? run : null;
    }

    @Override
    public boolean reopen(RunId id, @Nullable Lease lease, Set<String> taskIds) {
        SimulatedRun run = owned(id, lease);
        if (run == null) {
            return false;
        }
        if (lease == null && !run.isReopenedByAnybody(taskIds)) {
            return true;
        }
        RunState before = run.state;
        run.state = RunState.RUNNING;
        run.endedAt = null;
        run.error = Optional.empty();
        watch.changed(run, before, rows(id));
        for (SimulatedTask task : List.copyOf(tasks.values())) {
            boolean kept = task.survivesReopening() && defect != Defect.SUCCESS_RESET;
            if (task.run().equals(id) && (!kept || taskIds.contains(task.key().taskId()))) {
                put(task, task.reopened());
            }
        }
        return true;
    }

    /** False if the stored state does not allow it. */
    private boolean change(SimulatedRun run, RunWrite write) {
        RunState before = run.state;
        if (!run.accepts(write)) {
            return false;
        }
        if (write.state().isFinal() || defect != Defect.BEGIN_FORGOTTEN) {
            run.apply(write);
        }
        watch.changed(run, before, rows(write.run()));
        return true;
    }

    // --- batches ----------------------------------------------------------------------------------------------------

    @Override
    public Unwritten apply(List<StateWrite> batch) {
        return apply(batch, defect == Defect.EPOCH_NOT_COMPARED ? Set.of() : lost(batch));
    }

    Set<Lease> lost(List<StateWrite> batch) {
        Set<Lease> lost = new HashSet<>();
        for (StateWrite write : batch) {
            Lease lease = write.lease();
            if (lease != null && owned(write.run(), lease) == null) {
                lost.add(lease);
            }
        }
        return lost;
    }

    Unwritten apply(List<StateWrite> batch, Set<Lease> lost) {
        SortedWrites writes = SortedWrites.of(batch);
        Set<StateWrite> refused = new HashSet<>();
        for (RunWrite write : writes.runs()) {
            boolean isOwned = defect == Defect.EPOCH_OF_RUNS_NOT_COMPARED || isOwned(write, lost);
            SimulatedRun run = runs.get(write.run());
            if (isOwned && (run == null || !change(run, write))) {
                refused.add(write);
            } else if (isOwned) {
                lookAtEpoch(write);
            }
        }
        for (TaskWrite write : defect == Defect.STARTS_AFTER_ENDS ? startsLast(writes.tasks()) : writes.tasks()) {
            if (!isOwned(write, lost)) {
                continue;
            }
            SimulatedTask before = tasks.get(write.row());
            SimulatedTask after = SimulatedTask.after(before, write, defect == Defect.ANY_STATE_CAN_FOLLOW);
            if (after == null) {
                refused.add(write);
            } else {
                put(before, after);
                lookAtEpoch(write);
            }
        }
        return new Unwritten(lost, refused);
    }

    private static boolean isOwned(StateWrite write, Set<Lease> lost) {
        return write.lease() == null || !lost.contains(write.lease());
    }

    private void lookAtEpoch(StateWrite written) {
        Lease lease = written.lease();
        if (lease != null && owned(written.run(), lease) == null) {
            watch.changedByZombie(written.run());
        }
    }

    private static List<TaskWrite> startsLast(List<TaskWrite> batch) {
        return batch.stream()
                .sorted(Comparator.comparing(write -> write.change().state() == TaskState.RUNNING))
                .toList();
    }

    private void put(@Nullable SimulatedTask before, SimulatedTask after) {
        tasks.put(after.key(), after);
        if (defect == Defect.STALE_READS) {
            history.add(new Version(micros.getAsLong(), after));
        }
        watch.changed(before, after, runs.get(after.run()));
    }

    // --- what is read -----------------------------------------------------------------------------------------------

    Optional<StoredRun> find(RunId id) {
        return Optional.ofNullable(runs.get(id)).map(run -> run.stored(micros.getAsLong()));
    }

    Collection<SimulatedRun> runs() {
        return runs.values();
    }

    List<StoredRun> abandoned(String pipeline) {
        long now = micros.getAsLong();
        return runs.values().stream()
                .filter(run -> run.definition.pipeline().equals(pipeline) && run.isUnfinished() && run.isFree(now))
                .map(run -> run.stored(now))
                .toList();
    }

    List<SimulatedTask> rows(RunId run) {
        return tasks.values().stream()
                .filter(task -> task.run().equals(run))
                .sorted(BY_KEY)
                .toList();
    }

    List<StoredTask> tasks(RunId run) {
        return (defect == Defect.STALE_READS ? staleRows(run) : rows(run))
                .stream().map(SimulatedTask::stored).toList();
    }

    private List<SimulatedTask> staleRows(RunId run) {
        Map<TaskWrite.Row, SimulatedTask> then = new HashMap<>();
        history.stream()
                .filter(version -> version.at() < micros.getAsLong() - STALENESS
                        && version.row().run().equals(run))
                .forEach(version -> then.put(version.row().key(), version.row()));
        return then.values().stream().sorted(BY_KEY).toList();
    }

    @Nullable
    SimulatedTask row(RunId run, String taskId) {
        return tasks.get(new TaskWrite.Row(run, taskId, StoredTask.NOT_MAPPED));
    }

    boolean isValid(Lease lease) {
        return owned(lease.run(), lease) != null;
    }

    @Nullable
    RunState stateOf(RunId id) {
        SimulatedRun run = runs.get(id);
        return run == null ? null : run.state;
    }

    boolean hasSucceeded(RunId run, String taskId) {
        SimulatedTask row = row(run, taskId);
        return row != null && row.state() == TaskState.SUCCEEDED;
    }
}
