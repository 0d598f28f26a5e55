package etl.core.spi;

import etl.core.EtlException;
import org.jspecify.annotations.Nullable;

/** A state store cannot do what was asked: it cannot be reached, or what it holds does not allow it. */
public class StateStoreException extends EtlException {
    /**
     * With a cause.
     *
     * @param message what went wrong and the way out
     * @param cause what led to it, or null
     */
    public StateStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
