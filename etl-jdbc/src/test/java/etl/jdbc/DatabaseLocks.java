package etl.jdbc;

import etl.core.RunId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The locks of transactions that are not decided yet, and the clock of the one that is executed, which stands still. */
final class DatabaseLocks {
    private final VirtualTime time;
    private final Map<RunId, Long> held = new HashMap<>();
    private long transaction = -1;

    DatabaseLocks(VirtualTime time) {
        this.time = time;
    }

    /** In microseconds; a transaction sees the time at which it began. */
    long now() {
        return transaction < 0 ? time.now() : transaction;
    }

    <T> T at(long begun, Supplier<T> work) {
        transaction = begun;
        try {
            return work.get();
        } finally {
            transaction = -1;
        }
    }

    void hold(Collection<RunId> runs, long until) {
        runs.forEach(run -> held.merge(run, until, Math::max));
    }

    long heldUntil(Collection<RunId> runs) {
        long until = time.now();
        for (RunId run : runs) {
            until = Math.max(until, held.getOrDefault(run, 0L));
        }
        return until;
    }
}
