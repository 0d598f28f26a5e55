package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunLostException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The right of this process to write to a run, for as long as {@code pipeline_runs} has its epoch. Whoever takes the run
 * over raises the epoch; a writer compares it in the transaction in which it writes. Safe for use by many threads.
 */
final class Lease {
    private final RunId run;
    private final long epoch;
    private final AtomicReference<@Nullable RunLostException> lost = new AtomicReference<>();
    private final AtomicReference<@Nullable Consumer<RunLostException>> onLost = new AtomicReference<>();
    private final ProcessTime time;
    private volatile long validUntil;

    /**
     * A lease that has just been taken.
     *
     * @param run the run
     * @param epoch its epoch
     * @param validUntil until when at least nobody else can take the run, by {@link ProcessTime#nanoTime()}
     * @param time the time of this process
     */
    Lease(RunId run, long epoch, long validUntil, ProcessTime time) {
        this.run = run;
        this.epoch = epoch;
        this.validUntil = validUntil;
        this.time = time;
    }

    RunId run() {
        return run;
    }

    long epoch() {
        return epoch;
    }

    /** A lease that is lost stays so, and whoever waits for what was written with it does not wait for longer. */
    void prolong(long until) {
        if (!isLost()) {
            validUntil = until;
        }
    }

    /** How long nobody else can take the run, in nanoseconds; not positive if somebody may have taken it. */
    long remaining() {
        return validUntil - time.nanoTime();
    }

    /** What is done once when the lease is lost, at once if it is already. */
    void onLost(Consumer<RunLostException> action) {
        onLost.set(action);
        RunLostException already = lost.get();
        if (already != null) {
            tell(already);
        }
    }

    RunLostException lose(String why) {
        RunLostException now = new RunLostException(run, why);
        RunLostException before = lost.compareAndExchange(null, now);
        if (before != null) {
            return before;
        }
        tell(now);
        return now;
    }

    private void tell(RunLostException failure) {
        Consumer<RunLostException> action = onLost.getAndSet(null);
        if (action != null) {
            action.accept(failure);
        }
    }

    boolean isLost() {
        return lost.get() != null;
    }
}
