package etl.core.spi;

/**
 * What a purge has deleted, or would delete. Immutable and safe for use by many threads.
 *
 * @param runs how many runs
 * @param taskRuns how many of their task runs, elements of mapped tasks included
 */
public record Purged(long runs, long taskRuns) {
    /** Nothing. */
    public static final Purged NOTHING = new Purged(0, 0);

    /**
     * The sum of two counts.
     *
     * @param other the other one
     * @return the sum
     */
    public Purged plus(Purged other) {
        return new Purged(runs + other.runs, taskRuns + other.taskRuns);
    }
}
