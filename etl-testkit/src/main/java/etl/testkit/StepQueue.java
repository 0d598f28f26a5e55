package etl.testkit;

import etl.core.RunId;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The steps of all runs that wait to be executed. Safe for use by many threads. */
final class StepQueue {
    private final Map<RunId, Deque<Step>> steps = new HashMap<>();
    private long numbers;
    private long signals;

    private record Step(RunId run, long number, Runnable action) {}

    synchronized void add(RunId run, Runnable action) {
        steps.computeIfAbsent(run, any -> new ArrayDeque<>()).add(new Step(run, numbers++, action));
        signal();
    }

    /** Wakes whoever waits for something to happen. */
    synchronized void signal() {
        signals++;
        notifyAll();
    }

    /** The oldest step of all runs, or null if there is none. */
    synchronized @Nullable Runnable poll() {
        return steps.values().stream()
                .map(Deque::element)
                .min(Comparator.comparingLong(Step::number))
                .map(oldest -> poll(oldest.run()))
                .orElse(null);
    }

    /** The oldest step of a run, or null if there is none. */
    synchronized @Nullable Runnable poll(RunId run) {
        Deque<Step> ofRun = steps.get(run);
        if (ofRun == null) {
            return null;
        }
        Step oldest = ofRun.remove();
        if (ofRun.isEmpty()) {
            steps.remove(run);
        }
        return oldest.action();
    }

    synchronized long signals() {
        return signals;
    }

    /** Waits until there has been another signal than those so far; false if there is none in time. */
    synchronized boolean awaitSignal(long signalsSoFar, long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (signals == signalsSoFar) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }
}
