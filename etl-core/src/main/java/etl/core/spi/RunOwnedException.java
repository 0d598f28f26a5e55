package etl.core.spi;

import etl.core.RunId;

/** A run cannot be taken, because somebody else is executing it. */
public final class RunOwnedException extends StateStoreException {
    private static final long serialVersionUID = 1;

    /**
     * Says who has the run.
     *
     * @param run the run
     * @param owner its owner, and until when at least
     */
    public RunOwnedException(RunId run, String owner) {
        super(
                "run " + run + " is being executed by " + owner
                        + "; wait for its end, cancel it, or try again when its owner has given it up",
                null);
    }
}
