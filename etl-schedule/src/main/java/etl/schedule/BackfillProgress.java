package etl.schedule;

/**
 * How far a {@link Backfill} has come.
 *
 * @param intervals how many there are
 * @param succeeded how many have succeeded, by this backfill or before
 * @param failed how many have ended otherwise
 * @param active how many runs are under way
 */
public record BackfillProgress(int intervals, int succeeded, int failed, int active) {}
