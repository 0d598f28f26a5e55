package etl.core;

import etl.core.spi.ErrorInfo;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt ended that an outside engine had started.
 *
 * @param state SUCCEEDED, RETRYING (failed, and the retry policy grants another attempt), FAILED, CANCELLED, SKIPPED or
 *     UPSTREAM_FAILED
 * @param attempt the attempt's number, 0 if the task was not started because of its trigger rule
 * @param timedOut whether it failed by its timeout
 * @param retryAfter the wait before the next attempt, zero unless RETRYING
 * @param error why it failed, or empty
 * @param output what the task returned, null unless SUCCEEDED
 */
public record EngineAttempt(
        TaskState state,
        int attempt,
        boolean timedOut,
        Duration retryAfter,
        Optional<ErrorInfo> error,
        @Nullable Object output) {}
