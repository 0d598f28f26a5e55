package etl.core.spi;

import etl.core.NotRetryableException;
import org.jspecify.annotations.Nullable;

/** A task returned something that the state store cannot keep; the task fails with this exception, without another attempt. */
public final class OutputNotStorableException extends NotRetryableException {
    /**
     * With a cause.
     *
     * @param message the task, its declared type, the field if known, and the way out
     * @param cause what led to it, or null
     */
    public OutputNotStorableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
