package etl.core;

import etl.core.spi.RunListener;
import etl.core.spi.RunListener.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of one receiver and the thread that empties it, which lives only while there is something to deliver.
 *
 * <p>The events wait in three lanes, so that the next one to drop is found at once; their numbers keep the order between
 * the lanes. The last event of a run may go beyond the capacity: there is one for each run. {@link #lock} guards all fields but
 * {@link #unfinished} and {@link #givenUp}, and is never held while a receiver is called.
 */
final class Delivery {
    private static final Logger LOG = LoggerFactory.getLogger(RunListener.class);
    private static final int BATCH = 128;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String receiver;
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition delivered = lock.newCondition();
    private final Deque<Entry> progress = new ArrayDeque<>();
    private final Deque<Entry> ordinary = new ArrayDeque<>();
    private final Deque<Entry> runEnds = new ArrayDeque<>();
    private @Nullable Thread thread;
    private long numbers;
    private long dropped;
    private boolean busy;
    private boolean closed;
    private volatile int unfinished;
    private volatile boolean givenUp;

    private record Entry(long number, Consumer<Event> target, Event event) {}

    Delivery(String receiver, int capacity) {
        this.receiver = receiver;
        this.capacity = capacity;
    }

    void offer(Consumer<Event> target, Event event) {
        boolean firstDrop;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            long droppedBefore = dropped;
            enqueue(target, event);
            firstDrop = droppedBefore == 0 && dropped > 0;
            if (thread == null) {
                startThread();
            } else {
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
        if (firstDrop) {
            LOG.warn(
                    "{} does not keep up: its queue of {} events is full, and events are dropped (progress first)",
                    receiver,
                    capacity);
        }
    }

    private void enqueue(Consumer<Event> target, Event event) {
        if (size() >= capacity && !isLast(event)) {
            dropped++;
            boolean isProgress = event instanceof RunListener.TaskProgress;
            if (progress.pollFirst() == null && (isProgress || ordinary.pollFirst() == null)) {
                return;
            }
        }
        lane(event).addLast(new Entry(numbers++, target, event));
    }

    private Deque<Entry> lane(Event event) {
        if (event instanceof RunListener.TaskProgress) {
            return progress;
        }
        return isLast(event) ? runEnds : ordinary;
    }

    private static boolean isLast(Event event) {
        return event instanceof RunListener.RunEnded || event instanceof RunListener.RunStopped;
    }

    private int size() {
        return progress.size() + ordinary.size() + runEnds.size();
    }

    private void startThread() {
        Thread started = new Thread(this::deliver, "etl-listener");
        started.setDaemon(true);
        thread = started;
        try {
            started.start();
        } catch (OutOfMemoryError noThread) {
            thread = null; // The next event tries again.
        }
    }

    private void deliver() {
        List<Entry> batch = take();
        while (!batch.isEmpty()) {
            for (int i = 0; i < batch.size() && !givenUp; i++) {
                unfinished = batch.size() - i;
                deliver(batch.get(i));
            }
            batch = take();
        }
    }

    private void deliver(Entry entry) {
        try {
            entry.target().accept(entry.event());
        } catch (Throwable failure) {
            Failures.log(receiver, entry.event(), failure);
        }
        if (!givenUp) {
            Thread.interrupted();
        }
    }

    /** The next events in their order; none when the thread is to end. */
    private List<Entry> take() {
        List<Entry> batch = new ArrayList<>();
        long caughtUp = 0;
        lock.lock();
        try {
            unfinished = 0;
            busy = false;
            if (size() == 0) {
                caughtUp = dropped;
                dropped = 0;
                delivered.signalAll();
                awaitArrival();
            }
            while (batch.size() < BATCH && size() > 0 && !givenUp) {
                batch.add(oldest().removeFirst());
            }
            busy = !batch.isEmpty();
            unfinished = batch.size();
            if (!busy) {
                thread = null;
                delivered.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (caughtUp > 0) {
            logDropped(caughtUp);
        }
        return batch;
    }

    private void awaitArrival() {
        long left = IDLE_NANOS;
        try {
            while (size() == 0 && left > 0 && !closed) {
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException stop) {
            // Only close() interrupts this thread; what has arrived meanwhile is taken all the same.
        }
    }

    private Deque<Entry> oldest() {
        Deque<Entry> first = ordinary;
        for (Deque<Entry> lane : List.of(progress, runEnds)) {
            Entry entry = lane.peekFirst();
            Entry best = first.peekFirst();
            if (entry != null && (best == null || entry.number() < best.number())) {
                first = lane;
            }
        }
        return first;
    }

    private void logDropped(long count) {
        LOG.warn("{} did not keep up: {} events were dropped", receiver, count);
    }

    /** Takes no more events. */
    void stopTaking() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all is delivered, at most until the deadline, and gives up the rest. */
    void close(long deadline) {
        stopTaking();
        int left;
        long lost;
        lock.lock();
        try {
            awaitDelivered(deadline);
            left = size() + unfinished;
            lost = dropped;
            dropped = 0;
            givenUp = true;
            progress.clear();
            ordinary.clear();
            runEnds.clear();
            if (thread != null && thread != Thread.currentThread()) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
        if (lost > 0) {
            logDropped(lost);
        }
        if (left > 0) {
            LOG.warn("{} was still busy when the orchestrator closed: {} events were not delivered", receiver, left);
        }
    }

    private void awaitDelivered(long deadline) {
        try {
            long left = deadline - System.nanoTime();
            // A receiver that closes the orchestrator must not wait for itself.
            while ((busy || size() > 0) && left > 0 && thread != null && thread != Thread.currentThread()) {
                left = delivered.awaitNanos(left);
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }
}
