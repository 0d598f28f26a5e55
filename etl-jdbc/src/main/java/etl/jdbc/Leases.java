package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StateStoreException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs that this store has taken. Their leases are prolonged three times as often as they run out, by the clock of the
 * database, all in one statement. A run is lost when another process has taken it, or when its lease may have run out by the
 * clock of this process, which began to count before the database did. Safe for use by many threads.
 */
final class Leases {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    /** Of a run that whoever has recorded it executes at once. */
    static final long FIRST_EPOCH = 1;

    private static final int BEATS_PER_LEASE = 3;
    private static final int TRIES_PER_LEASE = 12;
    private static final int LOOKS_PER_LEASE = 60;

    /** After so much of a lease its tasks are interrupted; the rest is for them to end in. */
    private static final int SAFE_TENTHS = 8;

    private static final String NO_ANSWER = "nothing has come back yet";

    private final LeaseStore store;
    private final Patience patience;
    private final ProcessTime time;
    private final String owner;
    private final Duration length;
    private final Duration validity;
    private final Map<RunId, Lease> held = new ConcurrentHashMap<>();
    private final Map<RunId, Lease> recorded = new ConcurrentHashMap<>();
    private final Set<RunId> taken = ConcurrentHashMap.newKeySet();
    private volatile String trouble = NO_ANSWER;
    private volatile boolean warned;

    Leases(LeaseStore store, Patience patience, ProcessTime time, String owner, Duration length) {
        this.store = store;
        this.patience = patience;
        this.time = time;
        this.owner = owner;
        this.length = length;
        this.validity = length.multipliedBy(SAFE_TENTHS).dividedBy(10);
    }

    /** A name for an owner. For people, and unique: two stores in one process are two owners. */
    static String nameOfThisProcess() {
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

    Duration pauseBetweenBeats() {
        return length.dividedBy(BEATS_PER_LEASE);
    }

    Duration pauseBetweenLooks() {
        return length.dividedBy(LOOKS_PER_LEASE);
    }

    /**
     * Runs were recorded as this store's, with the first epoch.
     *
     * @param before a reading of {@link #now()} from before
     */
    void recorded(List<RunId> runs, long before) {
        recorded.values().removeIf(lease -> !isFresh(lease));
        runs.forEach(run -> recorded.put(run, new Lease(run, FIRST_EPOCH, before + validity.toNanos(), time)));
    }

    long now() {
        return time.nanoTime();
    }

    /** So that the next beat comes in time. */
    private boolean isFresh(Lease lease) {
        return lease.remaining() > validity.toNanos() / 10 * 9;
    }

    /** Takes a run that this store has recorded a moment ago, and to which it has a lease since then; else null. */
    @Nullable
    Lease takeRecorded(RunId run) {
        Lease lease = recorded.remove(run);
        if (lease == null || !isFresh(lease) || !taken.add(run)) {
            return null;
        }
        held.put(run, lease);
        return lease;
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
            long before = time.nanoTime();
            long epoch = patience.with(again -> store.take(run, owner, length));
            Lease lease = new Lease(run, epoch, before + validity.toNanos(), time);
            held.put(run, lease);
            return lease;
        } catch (SQLException failure) {
            taken.remove(run);
            throw new StateStoreException("taking run " + run + " failed: " + Database.reason(failure), failure);
        } catch (RuntimeException | Error failure) {
            taken.remove(run);
            throw failure;
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
            store.release(lease.run(), lease.epoch());
        } catch (SQLException notNow) {
            LOG.warn("run {} stays taken until its lease ends: {}", lease.run(), notNow.getMessage());
        }
    }

    /** Prolongs all leases, and tells after which pause to do so again. */
    Duration beat() {
        try {
            prolongAll();
            trouble = NO_ANSWER;
            return pauseBetweenBeats();
        } catch (SQLException | RuntimeException | Error notNow) {
            trouble = Database.reason(notNow);
            LOG.warn("leases of runs are not prolonged now: {}", trouble);
            return length.dividedBy(TRIES_PER_LEASE);
        }
    }

    private void prolongAll() throws SQLException {
        List<Lease> leases = List.copyOf(held.values());
        if (leases.isEmpty()) {
            return;
        }
        long before = time.nanoTime();
        Map<RunId, Long> prolonged =
                store.prolong(leases.stream().map(Lease::run).toList(), owner, length);
        for (Lease lease : leases) {
            Long epoch = prolonged.get(lease.run());
            if (epoch != null && epoch == lease.epoch()) {
                lease.prolong(before + validity.toNanos());
            } else if (held.get(lease.run()) == lease) {
                lose(lease, "another process has taken it");
            }
        }
    }

    void loseWhatRanOut() {
        warnInTime();
        held.values().forEach(this::isValid);
    }

    /**
     * Whether nobody else can have taken the run. A lease that has run out is lost from then on, even if it could still be
     * prolonged: what somebody was kept from doing because of it is not done any more.
     */
    boolean isValid(Lease lease) {
        if (lease.remaining() <= 0 && !lease.isLost()) {
            lose(
                    lease,
                    "its lease could not be prolonged for " + validity
                            + ", so another process may have taken it; connections: " + connections());
        }
        return !lease.isLost();
    }

    /** A connection may be waited for for longer than a lease lasts, and until then nobody has thrown anything. */
    private void warnInTime() {
        long half = validity.toNanos() / 2;
        boolean late = held.values().stream().anyMatch(lease -> lease.remaining() < half && !lease.isLost());
        if (late && !warned) {
            LOG.warn(
                    "leases of runs could not be prolonged for {}, and as long after that the runs stop; connections: {}",
                    validity.dividedBy(2),
                    connections());
        }
        warned = late;
    }

    private String connections() {
        return store.connections() + ", " + trouble;
    }

    private static void lose(Lease lease, String why) {
        try {
            LOG.warn("{}", lease.lose(why).getMessage());
        } catch (RuntimeException | Error failure) {
            LOG.error("what was to be done when run {} was lost failed", lease.run(), failure);
        }
    }
}
