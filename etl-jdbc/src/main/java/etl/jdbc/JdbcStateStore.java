package etl.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import etl.core.RunId;
import etl.core.TaskState;
import etl.core.spi.NewRun;
import etl.core.spi.OutputCache;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.RunJournal;
import etl.core.spi.ScheduleStore;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps runs, task runs and outputs in PostgreSQL, in a schema of its own, which it creates and migrates when it is
 * opened. Safe for use by many threads.
 *
 * <p>Defaults: schema {@code etl}, migration on, leases of 30 seconds, all runs kept, outputs up to 8 Mi characters of JSON, and, for a
 * store opened by a URL, a pool of 10 connections and 3 more for writing states. A host's {@link DataSource} is never closed, and its connections are given back with the
 * auto-commit setting they came with.
 */
public final class JdbcStateStore implements StateStore {
    private final Database database;
    private final List<HikariDataSource> ownPools;
    private final RunsTable runs;
    private final Reopening reopening;
    private final Leases leases;
    private final Heartbeat heartbeat;
    private final SchedulesTable schedules;
    private final TasksTable tasks;
    private final Outputs outputs;
    private final JdbcOutputCache outputCache;
    private final PatientDatabase patientReading;
    private final PatientDatabase patient;
    private final GroupCommit writer;
    private final CancelRequests cancelRequests;
    private final TaskMarks marks;
    private final Purge purge;
    private final Optional<PeriodicPurge> periodicPurge;
    private final int largestOutput;
    private final AtomicBoolean closed = new AtomicBoolean();

    JdbcStateStore(
            Database database,
            Database writing,
            List<HikariDataSource> ownPools,
            boolean migrate,
            int largestOutput,
            Duration lease,
            Optional<Retention> retention) {
        this.database = database;
        this.ownPools = ownPools;
        this.largestOutput = largestOutput;
        if (migrate) {
            Schema.migrate(database);
        } else {
            Schema.check(database);
        }
        this.patientReading = new PatientDatabase(new Database(database.dataSource(), database.schema(), lease), lease);
        this.runs = new RunsTable(patientReading);
        this.schedules = new SchedulesTable(database);
        this.tasks = new TasksTable(database);
        this.outputs = new Outputs(patientReading);
        this.outputCache = new JdbcOutputCache(database, lease, largestOutput);
        this.patient = new PatientDatabase(writing, lease);
        Patience patience = patient.patience();
        this.leases =
                new Leases(new JdbcLeaseStore(writing), patience, patience.time(), Leases.nameOfThisProcess(), lease);
        this.heartbeat = new Heartbeat(leases);
        this.reopening = new Reopening(new JdbcRunStore(writing), patience);
        this.writer = new GroupCommit(new JdbcBatchStore(writing), patience, GroupCommit.LINGER);
        writer.start();
        this.cancelRequests = new CancelRequests(writing);
        this.marks = new TaskMarks(database);
        this.purge = new Purge(database, lease);
        this.periodicPurge = retention.map(kept -> new PeriodicPurge(purge, kept));
    }

    /**
     * Opens a store on a host's data source, with all defaults.
     *
     * @param dataSource the data source, which stays the host's
     * @return the store
     * @throws StateStoreException if the database cannot be reached or migrated
     */
    public static JdbcStateStore open(DataSource dataSource) {
        return builder(dataSource).open();
    }

    /**
     * Opens a store with a connection pool of its own, with all defaults.
     *
     * @param databaseUrl a URL in one of the forms that {@link DatabaseUrl} understands
     * @return the store
     * @throws StateStoreException if the URL is malformed or the database cannot be reached or migrated
     */
    public static JdbcStateStore open(String databaseUrl) {
        return builder(databaseUrl).open();
    }

    /**
     * Begins the configuration of a store on a host's data source.
     *
     * @param dataSource the data source, which stays the host's
     * @return a builder with the defaults
     */
    public static JdbcStateStoreBuilder builder(DataSource dataSource) {
        return new JdbcStateStoreBuilder(Optional.of(dataSource), Optional.empty());
    }

    /**
     * Begins the configuration of a store with a connection pool of its own.
     *
     * @param databaseUrl a URL in one of the forms that {@link DatabaseUrl} understands
     * @return a builder with the defaults
     * @throws StateStoreException if the URL is malformed
     */
    public static JdbcStateStoreBuilder builder(String databaseUrl) {
        return new JdbcStateStoreBuilder(Optional.empty(), Optional.of(DatabaseUrl.parse(databaseUrl)));
    }

    /**
     * Where the store's connections come from, for tasks that use the same database.
     *
     * @return the host's data source, or the store's own pool; never the connections that write states
     */
    public DataSource dataSource() {
        return database.dataSource();
    }

    Database database() {
        return database;
    }

    Leases leases() {
        return leases;
    }

    /** For what has to be stored or found out even if the database is out of reach for a moment. */
    PatientDatabase patient() {
        return patient;
    }

    GroupCommit writer() {
        return writer;
    }

    int largestOutput() {
        return largestOutput;
    }

    @Override
    public boolean create(NewRun run) {
        long before = leases.now();
        boolean created = runs.insert(run, leases) || (purge.finish(run.id()) && runs.insert(run, leases));
        if (created && RunsTable.hasOwner(run)) {
            leases.recorded(List.of(run.id()), before);
        }
        return created;
    }

    @Override
    public Set<RunId> createAll(List<NewRun> newRuns) {
        long before = leases.now();
        Set<RunId> created = runs.insert(newRuns, leases);
        leases.recorded(
                newRuns.stream()
                        .filter(run -> created.contains(run.id()) && RunsTable.hasOwner(run))
                        .map(NewRun::id)
                        .toList(),
                before);
        return created;
    }

    @Override
    public RunJournal journal(RunId run) {
        Lease recorded = leases.takeRecorded(run);
        Lease lease = recorded == null ? taken(run) : recorded;
        return new JdbcJournal(
                run, lease, leases, reopening, writer, cancelRequests, largestOutput, ProcessTime.SYSTEM);
    }

    private @Nullable Lease taken(RunId run) {
        StoredRun stored = runs.find(run)
                .orElseThrow(() -> new StateStoreException("there is no run " + run + " in this store", null));
        return RunsTable.hasOwner(stored.definition()) ? leases.take(run) : null;
    }

    @Override
    public boolean mark(RunId run, TaskChange mark) {
        String output = mark.state() == TaskState.SUCCEEDED
                ? StorableOutput.json(mark.taskId(), mark.output(), mark.outputType(), largestOutput)
                : null;
        return database.transaction(
                "marking task '" + mark.taskId() + "' of run " + run,
                connection -> marks.set(connection, run, mark, output));
    }

    @Override
    public boolean requestCancel(RunId run) {
        return cancelRequests.record(run);
    }

    @Override
    public Optional<StoredRun> find(RunId run) {
        return runs.find(run);
    }

    @Override
    public Optional<StoredRun> findByKey(String pipeline, String runKey) {
        return runs.findByKey(pipeline, runKey);
    }

    @Override
    public List<StoredRun> recent(int limit) {
        return runs.recent(limit);
    }

    @Override
    public List<StoredRun> unfinished(String pipeline) {
        return runs.unfinished(pipeline);
    }

    @Override
    public List<StoredRun> abandoned(String pipeline) {
        return runs.abandoned(pipeline);
    }

    @Override
    public ScheduleStore schedules() {
        return schedules;
    }

    @Override
    public List<StoredTask> tasks(RunId run) {
        return tasks.all(run);
    }

    @Override
    public Optional<StoredTask> task(RunId run, String taskId) {
        return tasks.one(run, taskId);
    }

    @Override
    public @Nullable Object output(RunId run, String taskId, Type type) {
        return outputs.read(run, taskId, type);
    }

    @Override
    public List<@Nullable Object> outputs(RunId run, String taskId, Type elementType) {
        return outputs.readElements(run, taskId, elementType);
    }

    @Override
    public OutputCache outputCache() {
        return outputCache;
    }

    @Override
    public Purged purge(Retention retention) {
        return purge.run(retention);
    }

    @Override
    public Purged purgeable(Retention retention) {
        return purge.count(retention);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            purge.close();
            periodicPurge.ifPresent(PeriodicPurge::close);
            cancelRequests.close();
            patientReading.close();
            outputCache.close();
            writer.close();
            heartbeat.close();
            ownPools.forEach(HikariDataSource::close);
        }
    }

    @Override
    public String toString() {
        return "JdbcStateStore in schema '" + database.schema() + "'";
    }
}
