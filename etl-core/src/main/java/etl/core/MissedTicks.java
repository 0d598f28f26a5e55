package etl.core;

/**
 * What becomes of the ticks of a {@link Schedule} whose time passed while no run could be started: no scheduler was up, the
 * schedule was paused, or as many runs as allowed were under way.
 */
public enum MissedTicks {
    /** Those that are more than a minute late are left out. */
    SKIP,
    /** Of all that are due, only the most recent one starts a run. */
    LATEST,
    /** Each starts a run, in their order. */
    ALL
}
