package etl.jdbc;

import etl.jdbc.ExecutionLog.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A process was suspended for longer than its leases. What it executed then was over when it began, for all that others can
 * know of it.
 */
record Suspension(Instant begin, Instant end) {
    /** How long a process that goes on may take for what it was doing. */
    private static final Duration STEP = Duration.ofMillis(100);

    /** The executions of the process, as seen by others. */
    List<Execution> of(List<Execution> executions) {
        Map<Long, Execution> lastOfThread = new HashMap<>();
        List<Execution> seen = new ArrayList<>();
        for (Execution execution : executions) {
            Execution before = lastOfThread.put(execution.thread(), execution);
            seen.add(
                    isDue(execution, before)
                            ? new Execution(execution.task(), execution.thread(), begin, begin)
                            : cut(execution));
        }
        return seen;
    }

    private Execution cut(Execution execution) {
        return execution.begun().isBefore(begin) ? execution.until(begin) : execution;
    }

    /**
     * A thread that had just asked whether it still has the run cannot know that it was suspended before its next step, and
     * takes it. Not one that was executing something: it asks again before the next execution.
     */
    private boolean isDue(Execution execution, Execution before) {
        return execution.begun().isAfter(end)
                && execution.begun().isBefore(end.plus(STEP))
                && (before == null || before.ended().isBefore(begin));
    }
}
