package etl.core;

/**
 * A run key belongs to a run that was started with other arguments, or by another definition of the pipeline, so that its
 * outcome is not what this submit asks for.
 */
public final class RunKeyConflictException extends EtlException {
    /** The run that has the key. */
    private final RunId runId;

    RunKeyConflictException(RunId runId, String message) {
        super(message, null);
        this.runId = runId;
    }

    /**
     * The run that has the key.
     *
     * @return its id, under which the store tells more about it
     */
    public RunId runId() {
        return runId;
    }
}
