package etl.schedule;

import etl.core.DataInterval;
import etl.core.RunId;
import java.util.Optional;

/**
 * How things stand with one data interval of a {@link Backfill}.
 *
 * @param interval the interval
 * @param state how things stand
 * @param run its run, or empty if it has none
 * @param before whether the run had SUCCEEDED before this backfill
 * @param problem why it has not succeeded, or empty
 */
public record IntervalReport(
        DataInterval interval, IntervalState state, Optional<RunId> run, boolean before, Optional<String> problem) {}
