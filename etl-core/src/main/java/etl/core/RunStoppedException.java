package etl.core;

import org.jspecify.annotations.Nullable;

/** A run was stopped before its end, by a shutdown or because its state could not be stored. It can be resumed. */
public final class RunStoppedException extends EtlException {
    /** The run that was stopped. */
    private final RunId runId;

    RunStoppedException(RunId runId, String why, @Nullable Throwable cause) {
        super("run " + runId + " was stopped: " + why + "; resume it with resume(" + runId + ")", cause);
        this.runId = runId;
    }

    /**
     * The run that was stopped.
     *
     * @return its id, for {@link Etl#resume}
     */
    public RunId runId() {
        return runId;
    }
}
