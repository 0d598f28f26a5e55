package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StateStoreException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs that this store has taken. Their leases, in {@code pipeline_runs}, are prolonged three times as often as they run
 * out, by the clock of the database, all in one statement. A run is lost when another process has taken it, or when its lease
 * may have run out by the clock of this process, which began to count before the database did. Safe for use by many threads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What is scheduled tells its own failures.
final class Leases implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    private static final int BEATS_PER_LEASE = 3;
    private static final int TRIES_PER_LEASE = 12;
    private static final int LOOKS_PER_LEASE = 60;

    /** After so much of a lease its tasks are interrupted; the rest is for them to end in. */
    private static final int SAFE_TENTHS = 8;

    /** The lease of a run nobody has, or whose owner has not prolonged it. */
    static final String IS_FREE = "(lease_until is null or lease_until < now())";

    private final PatientDatabase writing;
    private final String owner = nameOfThis();
    private final Duration length;
    private final Duration validity;
    private final String take;
    private final String prolong;
    private final String release;
    private final String ownerOf;
    private final Map<RunId, Lease> held = new ConcurrentHashMap<>();
    private final Set<RunId> taken = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService threads;

    Leases(PatientDatabase writing, Duration length) {
        this.writing = writing;
        this.length = length;
        this.validity = length.multipliedBy(SAFE_TENTHS).dividedBy(10);
        String table = writing.database().table("pipeline_runs");
        String until = "now() + ? * interval '1 millisecond'";
        this.take =
                "update " + table + " set owner = ?, epoch = epoch + 1, heartbeat_at = now(), lease_until = " + until
                        + ", crash_count = case when state in ('SUCCEEDED', 'FAILED', 'CANCELLED') then 0"
                        + " when lease_until < now() then crash_count + 1 else crash_count end"
                        + " where run_id = ? and (" + IS_FREE + " or owner = ?) returning epoch";
        this.prolong = "with mine as (select run_id from " + table
                + " where owner = ? and run_id = any(?) order by run_id for no key update)"
                + " update " + table + " r set heartbeat_at = now(), lease_until = " + until
                + " from mine where r.run_id = mine.run_id returning r.run_id, r.epoch";
        this.release = "update " + table + " set owner = null, lease_until = null where run_id = ? and epoch = ?";
        this.ownerOf = "select owner, lease_until from " + table + " where run_id = ?";
        this.threads = Executors.newScheduledThreadPool(2, task -> {
            Thread thread = new Thread(task, "etl-leases");
            thread.setDaemon(true);
            return thread;
        });
        threads.schedule(this::beat, pause(BEATS_PER_LEASE), TimeUnit.MILLISECONDS);
        long look = pause(LOOKS_PER_LEASE);
        threads.scheduleWithFixedDelay(this::loseWhatRanOut, look, look, TimeUnit.MILLISECONDS);
    }

    private long pause(int timesPerLease) {
        return Math.max(1, length.toMillis() / timesPerLease);
    }

    /** For people, and unique: two stores in one process are two owners. */
    private static String nameOfThis() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            host = "unknown-host";
        }
        return "process " + ProcessHandle.current().pid() + " on " + host + " ("
                + UUID.randomUUID().toString().substring(0, 8) + ")";
    }

    String owner() {
        return owner;
    }

    /** The lease by which this store has a run, if it has. */
    @Nullable
    Lease held(RunId run) {
        return held.get(run);
    }

    Duration length() {
        return length;
    }

    /**
     * Takes a run.
     *
     * @throws RunOwnedException if somebody else has it
     * @throws StateStoreException if there is no such run, or the database cannot be reached
     */
    Lease take(RunId run) {
        if (!taken.add(run)) {
            throw new RunOwnedException(run, "this store");
        }
        try {
            long before = System.nanoTime();
            long epoch = writing.transaction("taking run " + run, (connection, again) -> take(connection, run));
            Lease lease = new Lease(run, epoch, before + validity.toNanos());
            held.put(run, lease);
            return lease;
        } catch (RuntimeException | Error failure) {
            taken.remove(run);
            throw failure;
        }
    }

    private long take(Connection connection, RunId run) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(take)) {
            update.setString(1, owner);
            update.setLong(2, length.toMillis());
            update.setObject(3, run.value());
            update.setString(4, owner);
            try (ResultSet row = update.executeQuery()) {
                if (row.next()) {
                    return row.getLong(1);
                }
            }
        }
        throw new RunOwnedException(run, ownerOf(connection, run));
    }

    private String ownerOf(Connection connection, RunId run) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ownerOf)) {
            select.setObject(1, run.value());
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? row.getString(1) + ", whose lease ends at "
                                + Columns.instant(row, "lease_until")
                                        .map(Object::toString)
                                        .orElse("any moment")
                        : "somebody who has deleted it";
            }
        }
    }

    /** From now on the lease is not prolonged; the run has come to its end, or its owner gives it up. */
    void forget(Lease lease) {
        if (held.remove(lease.run(), lease)) {
            taken.remove(lease.run());
        }
    }

    /** Others may take the run at once. If that cannot be recorded now, they may when the lease runs out. */
    void release(Lease lease) {
        forget(lease);
        try {
            writing.database().transaction("giving up run " + lease.run(), connection -> {
                try (PreparedStatement update = connection.prepareStatement(release)) {
                    update.setObject(1, lease.run().value());
                    update.setLong(2, lease.epoch());
                    return update.executeUpdate();
                }
            });
        } catch (StateStoreException notNow) {
            LOG.warn("run {} stays taken until its lease ends: {}", lease.run(), notNow.getMessage());
        }
    }

    private void beat() {
        boolean done = true;
        try {
            prolongAll();
        } catch (RuntimeException notNow) {
            done = false;
            LOG.warn("leases of runs are not prolonged now: {}", notNow.getMessage());
        } finally {
            if (!threads.isShutdown()) {
                threads.schedule(this::beat, pause(done ? BEATS_PER_LEASE : TRIES_PER_LEASE), TimeUnit.MILLISECONDS);
            }
        }
    }

    private void prolongAll() {
        List<Lease> leases = List.copyOf(held.values());
        if (leases.isEmpty()) {
            return;
        }
        long before = System.nanoTime();
        Map<UUID, Long> prolonged =
                writing.database().transaction("prolonging leases", connection -> prolong(connection, leases));
        for (Lease lease : leases) {
            Long epoch = prolonged.get(lease.run().value());
            if (epoch != null && epoch == lease.epoch()) {
                lease.prolong(before + validity.toNanos());
            } else if (held.get(lease.run()) == lease) {
                lose(lease, "another process has taken it");
            }
        }
    }

    private Map<UUID, Long> prolong(Connection connection, List<Lease> leases) throws SQLException {
        Array runs = connection.createArrayOf(
                "uuid", leases.stream().map(lease -> lease.run().value()).toArray());
        try (PreparedStatement update = connection.prepareStatement(prolong)) {
            update.setString(1, owner);
            update.setArray(2, runs);
            update.setLong(3, length.toMillis());
            Map<UUID, Long> epochs = new HashMap<>();
            try (ResultSet rows = update.executeQuery()) {
                while (rows.next()) {
                    epochs.put(rows.getObject(1, UUID.class), rows.getLong(2));
                }
            }
            return epochs;
        }
    }

    private void loseWhatRanOut() {
        for (Lease lease : held.values()) {
            if (lease.remaining() <= 0 && !lease.isLost()) {
                lose(
                        lease,
                        "its lease could not be prolonged for " + validity + ", so another process may have taken it");
            }
        }
    }

    private static void lose(Lease lease, String why) {
        try {
            LOG.warn("{}", lease.lose(why).getMessage());
        } catch (RuntimeException | Error failure) {
            LOG.error("what was to be done when run {} was lost failed", lease.run(), failure);
        }
    }

    /** Leases are not prolonged any more. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
