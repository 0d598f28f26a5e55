package etl.schedule;

import etl.core.EtlException;
import java.util.List;

/** What became of the intervals of a {@link Backfill}. Immutable and safe for use by many threads. */
public final class BackfillReport {
    private final List<IntervalReport> intervals;

    BackfillReport(List<IntervalReport> intervals) {
        this.intervals = List.copyOf(intervals);
    }

    /**
     * The intervals.
     *
     * @return an unmodifiable list, in the order in which they were run
     */
    public List<IntervalReport> intervals() {
        return intervals;
    }

    /**
     * How many intervals are in a state.
     *
     * @param state the state
     * @return the number
     */
    public int count(IntervalState state) {
        return (int) intervals.stream().filter(one -> one.state() == state).count();
    }

    /**
     * Whether all intervals have succeeded.
     *
     * @return true if none is left to do
     */
    public boolean isComplete() {
        return count(IntervalState.SUCCEEDED) == intervals.size();
    }

    /**
     * Makes a failure an exception.
     *
     * @return this report, if it is complete
     * @throws BackfillFailedException if it is not
     */
    public BackfillReport orThrow() {
        if (!isComplete()) {
            throw new BackfillFailedException(this);
        }
        return this;
    }

    /** Thrown by {@link #orThrow()}. */
    public static final class BackfillFailedException extends EtlException {
        private static final long serialVersionUID = 1L;

        private final transient BackfillReport report;

        BackfillFailedException(BackfillReport report) {
            super(message(report), null);
            this.report = report;
        }

        private static String message(BackfillReport report) {
            IntervalReport first = report.intervals().stream()
                    .filter(one -> one.state() != IntervalState.SUCCEEDED)
                    .findFirst()
                    .orElseThrow();
            return "of " + report.intervals().size() + " data intervals "
                    + (report.intervals().size() - report.count(IntervalState.SUCCEEDED))
                    + " have not succeeded; the first is " + first.interval() + ": " + first.state()
                    + first.problem().map(problem -> " (" + problem + ")").orElse("")
                    + "; run the backfill again when the cause is mended";
        }

        /**
         * What became of the intervals.
         *
         * @return the report
         */
        public BackfillReport report() {
            return report;
        }
    }
}
