package etl.core;

import org.jspecify.annotations.Nullable;

/** The root of every exception that this library throws on its own account. */
public abstract class EtlException extends RuntimeException {
    /**
     * With a cause.
     *
     * @param message what went wrong, where, and the way out
     * @param cause what led to it, or null
     */
    protected EtlException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
