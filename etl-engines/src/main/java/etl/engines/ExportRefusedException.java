package etl.engines;

import etl.core.EtlException;
import org.jspecify.annotations.Nullable;

/** A pipeline cannot be exported to an engine, or its artifact cannot be written. */
public final class ExportRefusedException extends EtlException {
    /**
     * With a cause.
     *
     * @param message what cannot be done and the way out
     * @param cause what led to it, or null
     */
    public ExportRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
