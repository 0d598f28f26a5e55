package etl.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An attempt ignored its interruption for longer than the grace period. Its thread is left to itself, and the task is
 * not retried, because two attempts of one task must not run at the same time.
 */
public final class TaskAbandonedException extends EtlException {
    TaskAbandonedException(String task, int attempt, Duration grace, @Nullable Throwable cause) {
        super(
                "task '" + task + "', attempt " + attempt + ", ignored its interruption for " + grace
                        + "; its thread was abandoned and the task is not retried",
                cause);
    }
}
