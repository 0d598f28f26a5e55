package etl.core.spi;

/** A change was refused, because the stored state of the task run does not allow it: somebody else has gone on. */
public final class StaleWriteException extends StateStoreException {
    /**
     * Says what was refused.
     *
     * @param message the task, the wanted state and the stored one
     */
    public StaleWriteException(String message) {
        super(message, null);
    }
}
