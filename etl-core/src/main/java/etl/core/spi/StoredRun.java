package etl.core.spi;

import etl.core.RunState;
import java.time.Instant;
import java.util.Optional;

/**
 * A run as a store remembers it.
 *
 * @param definition what was recorded when it was created
 * @param state where it stands
 * @param startedAt when it first became RUNNING, or empty
 * @param endedAt when it reached a final state, or empty
 * @param error why it failed, or empty
 * @param crashes how often its process has died since it was last started by somebody, as far as is known
 * @param owner who is executing it, or empty if nobody is, or nobody knows
 */
public record StoredRun(
        NewRun definition,
        RunState state,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        Optional<ErrorInfo> error,
        int crashes,
        Optional<String> owner) {}
