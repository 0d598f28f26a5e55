package etl.core;

/**
 * A run cannot be resumed, rerun or followed, nor its tasks marked: it is unknown, in a state that does not allow it, being executed,
 * or belongs to another pipeline definition.
 */
public final class ResumeRefusedException extends EtlException {
    ResumeRefusedException(String message) {
        super(message, null);
    }
}
