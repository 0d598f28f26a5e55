package etl.core;

import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an outside engine is told of a task that is done with when it starts another attempt, because it has not heard of the
 * end or was asked to repeat everything.
 */
final class StoredAnswer {
    private StoredAnswer() {}

    /** Empty for any other task; until the run is reopened, the store refuses an attempt of one that FAILED or was CANCELLED. */
    static Optional<EngineAttempt> of(StoredTask row, Supplier<@Nullable Object> output) {
        return switch (row.state()) {
            case SUCCEEDED ->
                Optional.of(new EngineAttempt(
                        row.state(), row.attempt(), false, Duration.ZERO, Optional.empty(), output.get()));
            case SKIPPED, UPSTREAM_FAILED -> Optional.of(withoutOutput(row));
            case PENDING, RUNNING, RETRYING, FAILED, CANCELLED -> Optional.empty();
        };
    }

    private static EngineAttempt withoutOutput(StoredTask row) {
        if (!row.byLastAttempt()) {
            return new EngineAttempt(row.state(), 0, false, Duration.ZERO, Optional.empty(), null);
        }
        StoredAttempt last = row.attempts().get(row.attempts().size() - 1);
        return new EngineAttempt(row.state(), last.attempt(), false, Duration.ZERO, last.error(), null);
    }
}
