package etl.core;

import org.jspecify.annotations.Nullable;

/**
 * A run was stopped before its end, by a shutdown or because its state could not be stored, and can be resumed; or it is
 * the run of another process, and the orchestrator was closed that waited for it.
 */
public final class RunStoppedException extends EtlException {
    /** The run that was stopped. */
    private final RunId runId;

    RunStoppedException(RunId runId, String why, @Nullable Throwable cause) {
        super("run " + runId + " was stopped: " + why + "; resume it with resume(" + runId + ")", cause);
        this.runId = runId;
    }

    private RunStoppedException(String message, RunId runId) {
        super(message, null);
        this.runId = runId;
    }

    static RunStoppedException notFollowed(RunId runId, String why) {
        return new RunStoppedException(
                "run " + runId + " is executed by another process and its end was waited for in vain: " + why, runId);
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
