package etl.core;

import org.jspecify.annotations.Nullable;

/** Thrown by a task to fail without another attempt, whatever its {@link RetryPolicy} says. */
public class NotRetryableException extends EtlException {
    /**
     * Without a cause.
     *
     * @param message why another attempt would be in vain
     */
    public NotRetryableException(String message) {
        this(message, null);
    }

    /**
     * With a cause.
     *
     * @param message why another attempt would be in vain
     * @param cause what led to it, or null
     */
    public NotRetryableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
