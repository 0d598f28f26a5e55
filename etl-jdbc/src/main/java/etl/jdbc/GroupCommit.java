package etl.jdbc;

import etl.core.spi.RunJournal;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of a store: drains a queue and commits what it finds there in one transaction, so that the more there is to
 * write, the less each write costs. One thread at a time does so: the writer's own, or one that has nothing else to do, so
 * that a chain of tasks needs no hand-over between threads. Receipts are told on that thread, after the commit.
 *
 * <p>Writers wait when {@value #MOST_WRITES} writes are on their way, or {@value #MOST_CHARACTERS} characters of outputs;
 * a receipt that writes itself does not wait, since nobody else could empty the queue.
 */
final class GroupCommit implements StateWriter, AutoCloseable {
    /** How long the start of an attempt is kept back for its end. */
    static final Duration LINGER = Duration.ofMillis(10);

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final int MOST_WRITES = 10_000;
    private static final long MOST_CHARACTERS = 64 * 1024 * 1024;
    private static final int LARGEST_BATCH = 1_000;

    private final BatchStore store;
    private final Patience patience;
    private final WriteQueue queue;
    private final Thread writer;

    /** The thread is started by {@link #start}; without it, somebody else calls {@link #commitReady}. */
    GroupCommit(BatchStore store, Patience patience, Duration linger) {
        this.store = store;
        this.patience = patience;
        this.queue =
                new WriteQueue(MOST_WRITES, MOST_CHARACTERS, new LingeringStarts(linger, patience.time()::nanoTime));
        this.writer = new Thread(this::drain, "etl-state-writer");
        this.writer.setDaemon(true);
    }

    void start() {
        writer.start();
    }

    @Override
    public void add(StateWrite write, WriteQueue.Haste haste) {
        if (!queue.add(write, haste)) {
            fail(List.of(write), new StateStoreException("the store is closed", null));
            return;
        }
        WriteQueue.Batch batch = haste == WriteQueue.Haste.HELP ? queue.tryTake(LARGEST_BATCH) : null;
        if (batch != null) {
            commitOnce(batch);
        }
    }

    /** On a thread that works for somebody, which an interruption must not keep from telling what became of the writes. */
    private void commitOnce(WriteQueue.Batch batch) {
        boolean interrupted = Thread.interrupted();
        try {
            BatchStore.Unwritten unwritten = store.apply(batch.writes());
            batch.writes().forEach(write -> tell(write, unwritten));
            queue.settled(batch);
        } catch (SQLException notNow) {
            LOG.warn("the state cannot be stored now, next try at once: {}", Database.reason(notNow));
            queue.giveBack(batch);
        } catch (RuntimeException | Error defect) {
            LOG.error("the state writer failed", defect);
            fail(batch.writes(), defect);
            queue.settled(batch);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void drain() {
        for (WriteQueue.Batch batch = queue.take(LARGEST_BATCH);
                !batch.writes().isEmpty();
                batch = queue.take(LARGEST_BATCH)) {
            commit(batch);
        }
    }

    /** Commits what is ready to be committed; false if nothing is, or somebody else commits. */
    boolean commitReady() {
        WriteQueue.Batch batch = queue.poll(LARGEST_BATCH);
        if (batch != null) {
            commit(batch);
        }
        return batch != null;
    }

    private void commit(WriteQueue.Batch batch) {
        commit(batch.writes(), batch.again());
        queue.settled(batch);
    }

    /** Tells every receipt, whatever happens. */
    private void commit(List<StateWrite> batch, boolean tried) {
        BatchStore.Unwritten unwritten;
        try {
            unwritten = patience.with(again -> write(batch, again || tried));
        } catch (SQLException failure) {
            if (batch.size() > 1 && !Patience.isTransient(failure)) {
                LOG.warn("{} changes cannot be stored together, each is tried alone", batch.size(), failure);
                batch.forEach(write -> commit(List.of(write), tried));
            } else {
                fail(batch, failure);
            }
            return;
        } catch (RuntimeException | Error defect) {
            LOG.error("the state writer failed", defect);
            fail(batch, defect);
            return;
        }
        batch.forEach(write -> tell(write, unwritten));
    }

    private BatchStore.Unwritten write(List<StateWrite> batch, boolean again) throws SQLException {
        BatchStore.Unwritten unwritten = store.apply(batch);
        return again ? withoutOvertaken(unwritten, batch) : unwritten;
    }

    private static void tell(StateWrite write, BatchStore.Unwritten unwritten) {
        Lease lease = write.lease();
        if (lease != null && unwritten.lost().contains(lease)) {
            tell(write.receipt(), receipt -> receipt.failed(lease.lose("another process has taken it")));
        } else if (unwritten.refused().contains(write)) {
            StaleWriteException stale = new StaleWriteException(write.refusal());
            tell(write.receipt(), receipt -> receipt.failed(stale));
        } else {
            tell(write.receipt(), RunJournal.Receipt::durable);
        }
    }

    private static void fail(List<StateWrite> batch, Throwable failure) {
        StateStoreException cause =
                new StateStoreException("the state of the run cannot be stored: " + Database.reason(failure), failure);
        batch.forEach(write -> tell(write.receipt(), receipt -> receipt.failed(cause)));
    }

    private static void tell(RunJournal.Receipt receipt, Consumer<RunJournal.Receipt> message) {
        try {
            message.accept(receipt);
        } catch (RuntimeException | Error failure) {
            LOG.error("what waited for a durable state failed", failure);
        }
    }

    /**
     * The answer to the first try may have been lost after its commit. Then the start of an attempt is refused now because
     * its end, in the same batch, is stored already; that end, sent again, is accepted.
     */
    private static BatchStore.Unwritten withoutOvertaken(BatchStore.Unwritten unwritten, List<StateWrite> batch) {
        Set<StateWrite> refused = new HashSet<>(unwritten.refused());
        Set<Object> accepted = new HashSet<>();
        for (int i = batch.size() - 1; i >= 0; i--) {
            StateWrite write = batch.get(i);
            Lease lease = write.lease();
            if (lease != null && unwritten.lost().contains(lease)) {
                continue;
            }
            if (!refused.contains(write)) {
                accepted.add(write.row());
            } else if (accepted.contains(write.row())) {
                refused.remove(write);
            }
        }
        return new BatchStore.Unwritten(unwritten.lost(), refused);
    }

    /** Writes what is queued and ends the thread. */
    @Override
    public void close() {
        queue.close();
        patience.close();
        try {
            writer.join(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }
}
