package etl.core;

/** Where a run stands. A run that has ended becomes RUNNING again only by {@link Etl#resume} or {@link Etl#rerun}. */
public enum RunState {
    /** Recorded and not started yet. */
    QUEUED,
    /** Being executed, or interrupted by a crash and to be resumed. */
    RUNNING,
    /** Final: every task succeeded or was skipped. */
    SUCCEEDED,
    /** Final: at least one task failed. */
    FAILED,
    /** Final: the run was cancelled. */
    CANCELLED;

    /**
     * Whether the run has ended.
     *
     * @return true for SUCCEEDED, FAILED and CANCELLED
     */
    public boolean isFinal() {
        return this == SUCCEEDED || this == FAILED || this == CANCELLED;
    }
}
