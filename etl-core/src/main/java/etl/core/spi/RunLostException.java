package etl.core.spi;

import etl.core.RunId;

/**
 * A run is not the caller's any more: somebody else has taken it, or may have. Nothing more can be written to it with the
 * journal that the caller has.
 */
public final class RunLostException extends StateStoreException {
    private static final long serialVersionUID = 1;

    /**
     * Says why the run was lost.
     *
     * @param run the run
     * @param why how it was lost
     */
    public RunLostException(RunId run, String why) {
        super("run " + run + " was lost: " + why + "; its tasks are interrupted, and whoever takes it goes on", null);
    }
}
