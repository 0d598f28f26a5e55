package etl.core.spi;

import etl.core.TaskState;
import java.time.Instant;
import java.util.Optional;

/**
 * One attempt of a task run as a store remembers it.
 *
 * @param attempt 1 for the first one
 * @param state RUNNING, or how it ended: SUCCEEDED, FAILED, RETRYING (failed, and another attempt followed), CANCELLED
 * @param startedAt when it began
 * @param endedAt when it ended, or empty
 * @param error why it failed, or empty
 */
public record StoredAttempt(
        int attempt, TaskState state, Instant startedAt, Optional<Instant> endedAt, Optional<ErrorInfo> error) {}
