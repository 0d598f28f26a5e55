package etl.testkit;

import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until the test turns it on. Alarms ring on the thread that turns the clock, in their order.
 * Begins at 2001-01-01T00:00:00Z. Safe for use by many threads.
 */
public final class ManualTime implements Time {
    private final PriorityQueue<Entry> alarms =
            new PriorityQueue<>(Comparator.comparing(Entry::due).thenComparingLong(Entry::number));
    private Instant now = Instant.parse("2001-01-01T00:00:00Z");
    private long numbers;
    private long readings;

    private record Entry(Instant due, long number, Runnable action) {}

    /** A clock at its beginning. */
    public ManualTime() {}

    @Override
    public synchronized Instant instant() {
        readings++;
        return now;
    }

    /** How often the clock was read: as long as tasks begin and end, this grows. */
    synchronized long readings() {
        return readings;
    }

    @Override
    public synchronized Alarm after(Duration delay, Runnable action) {
        Entry entry = new Entry(now.plus(delay), numbers++, action);
        alarms.add(entry);
        notifyAll();
        return () -> remove(entry);
    }

    private synchronized void remove(Entry entry) {
        alarms.remove(entry);
    }

    /**
     * Turns the clock on and lets the alarms ring that become due.
     *
     * @param step how far, not negative
     */
    public void advance(Duration step) {
        advanceTo(instant().plus(step));
    }

    private synchronized @Nullable Entry next(Instant target) {
        Entry first = alarms.peek();
        if (first == null || first.due().isAfter(target)) {
            turnTo(target);
            return null;
        }
        turnTo(first.due());
        return alarms.poll();
    }

    /**
     * When the first of the alarms rings that are set now.
     *
     * @return the time, or empty if none is set
     */
    public synchronized Optional<Instant> nextAlarm() {
        return Optional.ofNullable(alarms.peek()).map(Entry::due);
    }

    /**
     * Turns the clock to a time and lets the alarms ring that become due.
     *
     * @param target the time; the clock is never turned back
     */
    public void advanceTo(Instant target) {
        for (Entry due = next(target); due != null; due = next(target)) {
            due.action().run();
        }
    }

    /** Never back: an alarm, or another thread, may have turned the clock further. */
    private void turnTo(Instant time) {
        now = time.isAfter(now) ? time : now;
    }

    /**
     * Waits until so many alarms are set, at most 30 seconds of real time.
     *
     * @param count how many
     * @throws InterruptedException if the thread is interrupted
     * @throws AssertionError if they are not set in time
     */
    public synchronized void awaitAlarms(int count) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (alarms.size() < count) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("expected " + count + " alarms, but " + alarms.size() + " were set");
            }
            wait(left);
        }
    }

    @Override
    public synchronized void close() {
        alarms.clear();
    }
}
