package etl.jdbc;

import etl.core.RunId;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to cancel runs, in {@code pipeline_runs}: recorded by any process, and looked up every two seconds, all in one
 * query, by the one that executes the runs. Its thread waits while there are none. Safe for use by many threads.
 */
final class CancelRequests implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CancelRequests.class);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Database database;
    private final String table;
    private final Map<RunId, Runnable> actions = new ConcurrentHashMap<>();
    private final Thread watch;
    private boolean closed;

    CancelRequests(Database database) {
        this.database = database;
        this.table = database.table("pipeline_runs");
        this.watch = new Thread(this::watch, "etl-cancel-watch");
        this.watch.setDaemon(true);
    }

    /** False if the run is unknown or has ended. */
    boolean record(RunId run) {
        String sql = "update " + table + " set cancel_requested_at = coalesce(cancel_requested_at, now())"
                + " where run_id = ? and state in ('QUEUED', 'RUNNING')";
        return database.transaction("asking for the end of run " + run, connection -> {
            try (PreparedStatement update = connection.prepareStatement(sql)) {
                update.setObject(1, run.value());
                return update.executeUpdate() == 1;
            }
        });
    }

    /** The action is done once, as soon as the request is seen. */
    synchronized void watch(RunId run, Runnable action) {
        actions.put(run, action);
        if (watch.getState() == Thread.State.NEW && !closed) {
            watch.start();
        }
        notifyAll();
    }

    /** Not what somebody else wants to be done, who has taken the run since. */
    void forget(RunId run, Runnable action) {
        actions.remove(run, action);
    }

    private void watch() {
        try {
            while (pause()) {
                look();
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until there are runs to look for, and then for a while; false once this is closed. */
    private synchronized boolean pause() throws InterruptedException {
        while (actions.isEmpty() && !closed) {
            wait();
        }
        long end = System.nanoTime() + PAUSE.toNanos();
        for (long left = PAUSE.toNanos(); left > 0 && !closed; left = end - System.nanoTime()) {
            wait(Math.max(1, Duration.ofNanos(left).toMillis()));
        }
        return !closed;
    }

    private void look() {
        try {
            for (RunId run : requested(List.copyOf(actions.keySet()))) {
                Runnable action = actions.remove(run);
                if (action != null) {
                    action.run();
                }
            }
        } catch (RuntimeException notReadable) {
            LOG.warn("requests to cancel runs cannot be read now: {}", notReadable.getMessage());
        }
    }

    private List<RunId> requested(List<RunId> runs) {
        String sql = "select run_id from " + table + " where run_id = any(?) and cancel_requested_at is not null";
        return database.transaction("reading requests to cancel runs", connection -> {
            Array ids = connection.createArrayOf(
                    "uuid", runs.stream().map(RunId::value).toArray());
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setArray(1, ids);
                List<RunId> found = new ArrayList<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(new RunId(rows.getObject(1, UUID.class)));
                    }
                }
                return found;
            }
        });
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
