package etl.jdbc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The writes on their way to the database: those that wait, and one batch that was taken and is not settled yet. Bounded by
 * their number and by the characters of their outputs. Safe for use by many threads, of which one has the batch.
 */
final class WriteQueue {
    private final int mostWrites;
    private final long mostCharacters;
    private final LingeringStarts starts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition work = lock.newCondition();
    private final Queue<StateWrite> waiting = new ArrayDeque<>();
    private @Nullable Batch returned;
    private @Nullable Thread writer;
    private boolean asleep;
    private boolean recentStarts;
    private int writes;
    private long characters;
    private boolean closed;
    private boolean ended;

    WriteQueue(int mostWrites, long mostCharacters, LingeringStarts starts) {
        this.mostWrites = mostWrites;
        this.mostCharacters = mostCharacters;
        this.starts = starts;
    }

    /**
     * Writes to be committed together.
     *
     * @param writes the writes, none if there will be none any more
     * @param again whether somebody has tried already, with unknown success
     */
    record Batch(List<StateWrite> writes, boolean again) {}

    /** How a write is to be treated. */
    enum Haste {
        /** Nobody waits for it: it may linger. */
        NONE,
        /** It is committed as soon as possible. */
        COMMIT,
        /** As {@link #COMMIT}; the caller calls {@link #tryTake} next. */
        HELP
    }

    /**
     * Adds a write, after waiting for room; whoever has the batch does not wait, since nobody else could make room. A write
     * that is too large for the queue is let in alone.
     *
     * @return false if nobody takes writes any more
     */
    boolean add(StateWrite write, Haste haste) {
        lock.lock();
        try {
            while (!ended && writer != Thread.currentThread() && !hasRoomFor(write)) {
                room.awaitUninterruptibly();
            }
            if (ended) {
                return false;
            }
            writes++;
            characters += write.characters();
            if (haste != Haste.NONE) {
                // The start of the run, before anything else that happens in it.
                release(write.run());
            }
            release(write.row());
            if (haste == Haste.NONE) {
                starts.keep(write);
                recentStarts = true;
            } else {
                waiting.add(write);
            }
            if (haste == Haste.COMMIT || (haste == Haste.NONE && asleep)) {
                work.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void release(Object row) {
        StateWrite start = starts.release(row);
        if (start != null) {
            waiting.add(start);
        }
    }

    private boolean hasRoomFor(StateWrite write) {
        return writes == 0 || (writes < mostWrites && characters + write.characters() <= mostCharacters);
    }

    /** Waits for writes; none is the end: the queue was closed, and from here on nothing is added any more. */
    Batch take(int most) {
        lock.lock();
        try {
            Batch batch = next(most);
            while (batch == null) {
                if (closed && isFree() && starts.isEmpty()) {
                    ended = true;
                    room.signalAll();
                    return new Batch(List.of(), false);
                }
                awaitWork();
                batch = next(most);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Where starts came a moment ago others will, and it costs less to look for them before the first of them is due than to be
     * woken by it.
     */
    @SuppressWarnings("WaitNotInLoop") // The caller looks again.
    private void awaitWork() {
        boolean due = isFree() && !starts.isEmpty();
        if (!due && !recentStarts) {
            asleep = true;
            work.awaitUninterruptibly();
            asleep = false;
            return;
        }
        recentStarts = false;
        try {
            work.awaitNanos(due ? starts.remaining() : starts.longest());
        } catch (InterruptedException ignored) {
            // Nobody interrupts the writer for a reason; it looks again.
            Thread.onSpinWait();
        }
    }

    /** As {@link #take}, but null if that would have to wait. */
    @Nullable
    Batch poll(int most) {
        lock.lock();
        try {
            return next(most);
        } finally {
            lock.unlock();
        }
    }

    /** What waits, if nobody has a batch now. */
    @Nullable
    Batch tryTake(int most) {
        lock.lock();
        try {
            return writer == null && returned == null ? next(most) : null;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Batch next(int most) {
        if (!isFree()) {
            return null;
        }
        Batch batch = returned;
        if (batch == null) {
            waiting.addAll(starts.release(closed));
            if (waiting.isEmpty()) {
                return null;
            }
            List<StateWrite> taken = new ArrayList<>();
            while (taken.size() < most && !waiting.isEmpty()) {
                taken.add(waiting.remove());
            }
            batch = new Batch(taken, false);
        }
        returned = null;
        writer = Thread.currentThread();
        return batch;
    }

    private boolean isFree() {
        return writer == null || writer == Thread.currentThread();
    }

    /** Makes room for others. */
    void settled(Batch batch) {
        lock.lock();
        try {
            writes -= batch.writes().size();
            characters -=
                    batch.writes().stream().mapToLong(StateWrite::characters).sum();
            room.signalAll();
            leave();
        } finally {
            lock.unlock();
        }
    }

    /** The batch is taken again by {@link #take}, before all others. */
    void giveBack(Batch batch) {
        lock.lock();
        try {
            returned = new Batch(batch.writes(), true);
            leave();
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        writer = null;
        if (closed || returned != null || !waiting.isEmpty() || !starts.isEmpty()) {
            work.signal();
        }
    }

    /** What is waiting can still be taken. */
    void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
