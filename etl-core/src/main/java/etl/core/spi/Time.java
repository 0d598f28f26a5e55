package etl.core.spi;

import java.time.Duration;
import java.time.InstantSource;

/** The clock and the alarm of the runner; tests replace it by one that they turn themselves. Must be thread-safe. */
public interface Time extends InstantSource, AutoCloseable {
    /**
     * Runs an action once, later. The action is short and does not block.
     *
     * @param delay the wait, not negative
     * @param action what to do then, on a thread of this object
     * @return cancels the action if it has not begun
     */
    Alarm after(Duration delay, Runnable action);

    /** Drops what is waiting; nothing is run any more. */
    @Override
    void close();

    /** An action that waits for its time. */
    @FunctionalInterface
    interface Alarm {
        /** An alarm that was never set. */
        Alarm NONE = () -> {};

        /** Drops the action if it has not begun; otherwise does nothing. */
        void cancel();
    }
}
