package etl.core;

/** A run cannot be resumed: it is unknown, has succeeded, or belongs to another pipeline definition. */
public final class ResumeRefusedException extends EtlException {
    ResumeRefusedException(String message) {
        super(message, null);
    }
}
