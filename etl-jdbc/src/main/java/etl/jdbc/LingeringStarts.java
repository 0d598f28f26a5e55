package etl.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The starts of runs and of attempts, which nobody waits for, kept back for a moment: if an attempt ends meanwhile, they are
 * written together, and a short task costs one commit instead of two, or three if it is the first one of its run. Not safe for use by many threads.
 */
final class LingeringStarts {
    private final long nanos;
    private final LongSupplier clock;
    private final Map<Object, Start> starts = new LinkedHashMap<>();

    /**
     * None yet.
     *
     * @param longest how long a start is kept back
     * @param clock as {@link System#nanoTime()}
     */
    LingeringStarts(Duration longest, LongSupplier clock) {
        this.nanos = longest.toNanos();
        this.clock = clock;
    }

    /** A start, and until when it is kept back. */
    private record Start(StateWrite write, long until) {}

    void keep(StateWrite start) {
        starts.put(start.row(), new Start(start, clock.getAsLong() + nanos));
    }

    /** The start that was kept back for the row, which is not any more. */
    @Nullable
    StateWrite release(Object row) {
        Start start = starts.isEmpty() ? null : starts.remove(row);
        return start == null ? null : start.write();
    }

    /** Those that were kept back for long enough, or all. */
    List<StateWrite> release(boolean all) {
        List<StateWrite> released = new ArrayList<>();
        long now = clock.getAsLong();
        var rest = starts.values().iterator();
        while (rest.hasNext()) {
            Start start = rest.next();
            if (!all && start.until() - now > 0) {
                break;
            }
            released.add(start.write());
            rest.remove();
        }
        return released;
    }

    boolean isEmpty() {
        return starts.isEmpty();
    }

    /** How long a start is kept back at most, in nanoseconds. */
    long longest() {
        return nanos;
    }

    /** How long the first one is still kept back, in nanoseconds; there is one. */
    long remaining() {
        return starts.values().iterator().next().until() - clock.getAsLong();
    }
}
