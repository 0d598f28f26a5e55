package etl.core;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Elements in the order of their {@link Turn}. Those that come in this order, as all do without priorities, only stand in line;
 * the others are sorted. Not safe for use by many threads.
 */
final class TurnQueue<E extends TurnQueue.Waiting> {
    private final Deque<E> inLine = new ArrayDeque<>();
    private final PriorityQueue<E> overtaking = new PriorityQueue<>(Comparator.comparingLong(Waiting::turn));

    /** What waits for its turn. */
    interface Waiting {
        long turn();
    }

    void add(E element) {
        E last = inLine.peekLast();
        if (last == null || last.turn() <= element.turn()) {
            inLine.addLast(element);
        } else {
            overtaking.add(element);
        }
    }

    @Nullable
    E peek() {
        return isOvertaken() ? overtaking.peek() : inLine.peekFirst();
    }

    @Nullable
    E poll() {
        return isOvertaken() ? overtaking.poll() : inLine.pollFirst();
    }

    private boolean isOvertaken() {
        E first = inLine.peekFirst();
        E other = overtaking.peek();
        return other != null && (first == null || other.turn() < first.turn());
    }

    boolean isEmpty() {
        return inLine.isEmpty() && overtaking.isEmpty();
    }
}
