package etl.core;

/**
 * Where a task run stands. {@link #canBecome(TaskState)} is the transition table; nothing else decides which state may
 * follow which.
 */
public enum TaskState {
    /** Waiting for upstream tasks or for a free slot. */
    PENDING,
    /** An attempt is being executed. */
    RUNNING,
    /** An attempt failed and another one is due. */
    RETRYING,
    /** Final: an attempt returned and its output is stored. */
    SUCCEEDED,
    /** Final: the last attempt failed. */
    FAILED,
    /** Final: the task decided that there was nothing to do. */
    SKIPPED,
    /** Final: not started, because a task upstream failed. */
    UPSTREAM_FAILED,
    /** Final: not started, or interrupted, because the run was cancelled. */
    CANCELLED;

    /**
     * Whether this state is the last one of a task run.
     *
     * @return true for SUCCEEDED, FAILED, SKIPPED, UPSTREAM_FAILED and CANCELLED
     */
    public boolean isFinal() {
        return switch (this) {
            case PENDING, RUNNING, RETRYING -> false;
            case SUCCEEDED, FAILED, SKIPPED, UPSTREAM_FAILED, CANCELLED -> true;
        };
    }

    /**
     * Whether a task run in this state may change to another one.
     *
     * @param next the wanted state
     * @return true if the transition is legal
     */
    public boolean canBecome(TaskState next) {
        return switch (this) {
            case PENDING -> next == RUNNING || next == SKIPPED || next == UPSTREAM_FAILED || next == CANCELLED;
            case RUNNING ->
                next == SUCCEEDED || next == FAILED || next == SKIPPED || next == RETRYING || next == CANCELLED;
            case RETRYING -> next == RUNNING || next == FAILED || next == CANCELLED;
            case SUCCEEDED, FAILED, SKIPPED, UPSTREAM_FAILED, CANCELLED -> false;
        };
    }
}
