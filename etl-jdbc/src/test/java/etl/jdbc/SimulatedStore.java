package etl.jdbc;

import etl.core.InMemoryStateStore;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.OutputCache;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.ScheduleStore;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The store of a simulated process: as {@link JdbcStateStore}, with the same journals, on a simulated connection. */
final class SimulatedStore implements StateStore {
    private static final int LARGEST_OUTPUT = 1_000;
    private static final OutputCache NO_CACHE = InMemoryStateStore.create().outputCache();
    private static final CancelRequests NO_CANCELS = new CancelRequests(new Database(none(), "etl"));

    private final SimulatedProcess process;
    private final SimulatedConnection connection;
    private final SimulatedWorld world;

    SimulatedStore(SimulatedProcess process, SimulatedConnection connection, SimulatedWorld world) {
        this.process = process;
        this.connection = connection;
        this.world = world;
    }

    private static DataSource none() {
        return new Faults().on(new org.postgresql.ds.PGSimpleDataSource());
    }

    private SimulatedDatabase database() {
        return world.database();
    }

    boolean holdsLeases() {
        return world.runIds().stream().anyMatch(run -> process.leases().held(run) != null);
    }

    @Override
    public boolean create(NewRun run) {
        long before = process.leases().now();
        boolean recorded = process.recorded(run, connection);
        if (!recorded) {
            throw new StateStoreException(
                    "somebody else has recorded the run, and nobody here wants to follow it", null);
        }
        process.leases().recorded(List.of(run.id()), before);
        return true;
    }

    @Override
    public RunJournal journal(RunId run) {
        Lease recorded = process.leases().takeRecorded(run);
        Lease lease = recorded == null ? taken(run) : recorded;
        process.taken();
        return new Journal(
                lease,
                new JdbcJournal(
                        run,
                        lease,
                        process.leases(),
                        process.reopening(),
                        process.writer(),
                        NO_CANCELS,
                        LARGEST_OUTPUT,
                        process.processTime()));
    }

    private Lease taken(RunId run) {
        if (find(run).isEmpty()) {
            throw new StateStoreException("there is no run " + run + " in this store", null);
        }
        return process.leases().take(run);
    }

    private final class Journal implements RunJournal {
        private final Lease lease;
        private final JdbcJournal journal;

        Journal(Lease lease, JdbcJournal journal) {
            this.lease = lease;
            this.journal = journal;
        }

        @Override
        public void reopen(Set<String> taskIds) {
            journal.reopen(taskIds);
        }

        @Override
        public void started(Instant at, Receipt receipt) {
            journal.started(at, receipt);
        }

        @Override
        public void write(TaskChange change, Receipt receipt) {
            journal.write(change, receipt);
        }

        @Override
        public void writeIdle(TaskChange change, Receipt receipt) {
            journal.writeIdle(change, receipt);
        }

        @Override
        public void ended(RunState state, Instant at, Optional<ErrorInfo> error) {
            journal.ended(state, at, error);
        }

        /** Nobody wants a run cancelled. */
        @Override
        public void onCancelRequest(Runnable action) {}

        @Override
        public boolean isOwner() {
            return journal.isOwner();
        }

        @Override
        public void onLost(Consumer<RunLostException> action) {
            journal.onLost(action);
        }

        /** Never throws, since the thread that starts a run waits for real until its end has been told. */
        @Override
        public void close() {
            try {
                journal.close();
            } catch (VirtualTime.Killed dead) {
                process.writer().isBroken(lease);
            }
        }
    }

    @Override
    public Optional<StoredRun> find(RunId run) {
        return connection.read(() -> database().find(run));
    }

    @Override
    public Optional<StoredRun> findByKey(String pipeline, String runKey) {
        return find(RunId.ofKey(pipeline, runKey));
    }

    @Override
    public List<StoredRun> abandoned(String pipeline) {
        return connection.read(() -> database().abandoned(pipeline));
    }

    @Override
    public List<StoredTask> tasks(RunId run) {
        return connection.read(() -> database().tasks(run));
    }

    @Override
    public Optional<StoredTask> task(RunId run, String taskId) {
        return tasks(run).stream().filter(task -> task.taskId().equals(taskId)).findFirst();
    }

    @Override
    public @Nullable Object output(RunId run, String taskId, Type type) {
        return JsonCodec.decode(
                connection.read(() -> Objects.requireNonNull(
                        Objects.requireNonNull(database().row(run, taskId)).output())),
                type);
    }

    @Override
    public OutputCache outputCache() {
        return NO_CACHE;
    }

    @Override
    public void close() {}

    private static UnsupportedOperationException notNeeded() {
        return new UnsupportedOperationException("no schedule needs this");
    }

    @Override
    public List<@Nullable Object> outputs(RunId run, String taskId, Type elementType) {
        throw notNeeded();
    }

    @Override
    public boolean mark(RunId run, TaskChange mark) {
        throw notNeeded();
    }

    @Override
    public boolean requestCancel(RunId run) {
        throw notNeeded();
    }

    @Override
    public List<StoredRun> recent(int limit) {
        throw notNeeded();
    }

    @Override
    public List<StoredRun> unfinished(String pipeline) {
        throw notNeeded();
    }

    @Override
    public ScheduleStore schedules() {
        throw notNeeded();
    }

    @Override
    public Purged purge(Retention retention) {
        throw notNeeded();
    }

    @Override
    public Purged purgeable(Retention retention) {
        throw notNeeded();
    }
}
