package etl.schedule;

/** How things stand with one data interval of a {@link Backfill}. */
public enum IntervalState {
    /** It has no run, or none that this backfill could begin. */
    NOT_RUN,
    /** Its run has not ended: it was interrupted with its process, or is executed somewhere. */
    UNFINISHED,
    /** Its run has succeeded. */
    SUCCEEDED,
    /** Its run has failed. */
    FAILED,
    /** Its run was cancelled. */
    CANCELLED,
    /** Its run cannot be resumed, because it was made by another definition of the pipeline. */
    REFUSED
}
