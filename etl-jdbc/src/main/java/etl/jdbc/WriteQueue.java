package etl.jdbc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The writes on their way to the database: those that wait, and those that were taken and are not settled yet. Bounded by
 * their number and by the characters of their outputs. Safe for use by many threads.
 */
final class WriteQueue {
    private final int mostWrites;
    private final long mostCharacters;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition work = lock.newCondition();
    private final Queue<TaskWrite> waiting = new ArrayDeque<>();
    private int writes;
    private long characters;
    private boolean closed;
    private boolean ended;

    WriteQueue(int mostWrites, long mostCharacters) {
        this.mostWrites = mostWrites;
        this.mostCharacters = mostCharacters;
    }

    /**
     * Adds a write, after waiting for room if it is not urgent. A write that is too large for the queue is let in alone.
     *
     * @return false if nobody takes writes any more
     */
    boolean add(TaskWrite write, boolean urgent) {
        lock.lock();
        try {
            while (!ended && !urgent && !hasRoomFor(write)) {
                room.awaitUninterruptibly();
            }
            if (ended) {
                return false;
            }
            writes++;
            characters += write.characters();
            waiting.add(write);
            work.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoomFor(TaskWrite write) {
        return writes == 0 || (writes < mostWrites && characters + write.characters() <= mostCharacters);
    }

    /** Waits for writes; none is the end: the queue was closed, and from here on nothing is added any more. */
    List<TaskWrite> take(int most) {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                work.awaitUninterruptibly();
            }
            List<TaskWrite> batch = new ArrayList<>();
            while (batch.size() < most && !waiting.isEmpty()) {
                batch.add(waiting.remove());
            }
            ended = batch.isEmpty();
            room.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Makes room for others. */
    void settled(List<TaskWrite> batch) {
        lock.lock();
        try {
            writes -= batch.size();
            characters -= batch.stream().mapToLong(TaskWrite::characters).sum();
            room.signalAll();
        } finally {
            lock.unlock();
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
