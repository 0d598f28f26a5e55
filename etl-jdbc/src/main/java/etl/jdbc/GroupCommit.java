package etl.jdbc;

import etl.core.spi.RunJournal;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of a store: a thread that drains a queue and commits what it finds there in one transaction, so that the
 * more there is to write, the less each write costs. Receipts are told on this thread, after the commit.
 *
 * <p>Writers wait when {@value #CAPACITY} writes are on their way; a receipt that writes itself does not wait, since
 * nobody else could empty the queue.
 */
final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final int CAPACITY = 10_000;
    private static final int LARGEST_BATCH = 1_000;
    private static final List<Duration> RETRY_DELAYS = List.of(
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(7));

    /** SQL states, or their classes: connection, rollback, insufficient resources, operator intervention. */
    private static final List<String> TRANSIENT = List.of("08", "40", "53", "57P");

    private final Database database;
    private final TaskWrites writes;
    private final BlockingQueue<TaskWrite> queue = new LinkedBlockingQueue<>();
    private final Semaphore capacity = new Semaphore(CAPACITY);
    private final Thread writer;
    private volatile boolean closed;
    private boolean ended;

    GroupCommit(Database database) {
        this.database = database;
        this.writes = new TaskWrites(database);
        this.writer = new Thread(this::drain, "etl-state-writer");
        this.writer.setDaemon(true);
        this.writer.start();
    }

    void add(TaskWrite write) {
        boolean limited = Thread.currentThread() != writer;
        if (limited) {
            capacity.acquireUninterruptibly();
        } else {
            capacity.tryAcquire();
        }
        synchronized (queue) {
            if (!ended) {
                queue.add(write);
                return;
            }
        }
        StateStoreException late = new StateStoreException("the state cannot be stored: the store is closed", null);
        tell(write.receipt(), receipt -> receipt.failed(late));
    }

    private void drain() {
        List<TaskWrite> batch = new ArrayList<>();
        while (!isOver()) {
            try {
                batch.add(queue.take());
            } catch (InterruptedException closing) {
                continue;
            }
            queue.drainTo(batch, LARGEST_BATCH - 1);
            try {
                commit(batch);
            } catch (RuntimeException | Error defect) {
                LOG.error("the state writer failed", defect);
                fail(batch, defect);
            }
            capacity.release(Math.min(batch.size(), CAPACITY - capacity.availablePermits()));
            batch.clear();
        }
    }

    /** From here on nothing is queued any more, so that nobody waits for a receipt that never comes. */
    private boolean isOver() {
        synchronized (queue) {
            ended = closed && queue.isEmpty();
            return ended;
        }
    }

    private void commit(List<TaskWrite> batch) {
        Set<TaskWrite> refused;
        try {
            refused = applyPatiently(batch);
        } catch (SQLException failure) {
            fail(batch, failure);
            return;
        }
        for (TaskWrite write : batch) {
            if (refused.contains(write)) {
                StaleWriteException stale =
                        new StaleWriteException("task '" + write.change().taskId() + "', attempt "
                                + write.change().attempt() + ", of run " + write.run() + " cannot become "
                                + write.change().state() + ": its stored state has gone on");
                tell(write.receipt(), receipt -> receipt.failed(stale));
            } else {
                tell(write.receipt(), RunJournal.Receipt::durable);
            }
        }
    }

    private static void fail(List<TaskWrite> batch, Throwable failure) {
        StateStoreException cause =
                new StateStoreException("the state of the run cannot be stored: " + failure.getMessage(), failure);
        batch.forEach(write -> tell(write.receipt(), receipt -> receipt.failed(cause)));
    }

    private Set<TaskWrite> applyPatiently(List<TaskWrite> batch) throws SQLException {
        Set<TaskWrite> refused = new HashSet<>();
        boolean again = false;
        for (Duration delay : RETRY_DELAYS) {
            try {
                refused.addAll(database.inTransaction(connection -> writes.apply(connection, batch)));
                return again ? withoutOvertaken(refused, batch) : refused;
            } catch (SQLException failure) {
                if (!isTransient(failure) || closed) {
                    throw failure;
                }
                LOG.warn("the state cannot be stored now, next try in {}: {}", delay, failure.getMessage());
                pause(delay);
                again = true;
            }
        }
        refused.addAll(database.inTransaction(connection -> writes.apply(connection, batch)));
        return withoutOvertaken(refused, batch);
    }

    /**
     * The answer to the first try may have been lost after its commit. Then the start of an attempt is refused now because
     * its end, in the same batch, is stored already; that end, sent again, is accepted.
     */
    private static Set<TaskWrite> withoutOvertaken(Set<TaskWrite> refused, List<TaskWrite> batch) {
        Set<TaskWrite.Row> accepted = new HashSet<>();
        for (int i = batch.size() - 1; i >= 0; i--) {
            TaskWrite write = batch.get(i);
            if (!refused.contains(write)) {
                accepted.add(write.row());
            } else if (accepted.contains(write.row())) {
                refused.remove(write);
            }
        }
        return refused;
    }

    private static boolean isTransient(SQLException failure) {
        String state = failure.getSQLState();
        return failure instanceof SQLTransientException
                || failure instanceof SQLRecoverableException
                || (state != null && TRANSIENT.stream().anyMatch(state::startsWith));
    }

    private void pause(Duration delay) {
        try {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
        } catch (InterruptedException closing) {
            LOG.debug("closing: no further wait");
        }
    }

    private static void tell(RunJournal.Receipt receipt, java.util.function.Consumer<RunJournal.Receipt> message) {
        try {
            message.accept(receipt);
        } catch (RuntimeException | Error failure) {
            LOG.error("what waited for a durable state failed", failure);
        }
    }

    /** Writes what is queued and ends the thread. */
    @Override
    public void close() {
        closed = true;
        writer.interrupt();
        try {
            writer.join(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }
}
