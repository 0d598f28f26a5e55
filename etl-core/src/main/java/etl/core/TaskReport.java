package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import java.time.Duration;
import java.util.Optional;

/**
 * How one task of a run ended.
 *
 * @param id the task's id
 * @param mapIndex the element of a mapped task, or -1
 * @param state its final state
 * @param attempts how often it was attempted, over all resumptions
 * @param duration how long its last attempt took; zero if there was none in this execution
 * @param rows the rows that its last attempt counted
 * @param error why it failed, or empty
 * @param cachedFrom the run that computed its output, if that was reused and no attempt was executed for it; else empty
 */
public record TaskReport(
        String id,
        int mapIndex,
        TaskState state,
        int attempts,
        Duration duration,
        RowCounts rows,
        Optional<ErrorInfo> error,
        Optional<RunId> cachedFrom) {
    /**
     * Whether the output was reused.
     *
     * @return true if no attempt has computed it in this run; attempts that failed before may count
     */
    public boolean isCached() {
        return cachedFrom.isPresent();
    }
}
