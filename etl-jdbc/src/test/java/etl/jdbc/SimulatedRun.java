package etl.jdbc;

import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.StoredRun;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A row of {@code pipeline_runs} in memory. Times of leases are microseconds of the database's clock. */
final class SimulatedRun {
    final NewRun definition;
    RunState state = RunState.QUEUED;

    @Nullable
    Instant startedAt;

    @Nullable
    Instant endedAt;

    Optional<ErrorInfo> error = Optional.empty();

    @Nullable
    String owner;

    long epoch = Leases.FIRST_EPOCH;

    @Nullable
    Long leaseUntil;

    int crashes;

    SimulatedRun(NewRun definition, String owner, long leaseUntil) {
        this.definition = definition;
        this.owner = owner;
        this.leaseUntil = leaseUntil;
    }

    boolean isFree(long now) {
        return leaseUntil == null || leaseUntil < now;
    }

    private boolean hasRunOut(long now) {
        return leaseUntil != null && leaseUntil < now;
    }

    boolean isUnfinished() {
        return !state.isFinal();
    }

    boolean isReopenedByAnybody(Set<String> taskIds) {
        return state.isFinal() && (state != RunState.SUCCEEDED || !taskIds.isEmpty());
    }

    void take(String by, long until, long now, boolean sameEpoch) {
        if (state.isFinal()) {
            crashes = 0;
        } else if (hasRunOut(now)) {
            crashes++;
        }
        owner = by;
        epoch += sameEpoch ? 0 : 1;
        prolong(until);
    }

    void prolong(long until) {
        leaseUntil = leaseUntil == null ? until : Math.max(leaseUntil, until);
    }

    boolean accepts(RunWrite write) {
        return !state.isFinal() || (state == write.state() && write.at().equals(endedAt));
    }

    void apply(RunWrite write) {
        state = write.state();
        if (state.isFinal()) {
            endedAt = write.at();
            error = write.error();
            free();
        } else if (startedAt == null) {
            startedAt = write.at();
        }
    }

    void free() {
        owner = null;
        leaseUntil = null;
    }

    StoredRun stored(long now) {
        return new StoredRun(
                definition,
                state,
                Optional.ofNullable(startedAt),
                Optional.ofNullable(endedAt),
                error,
                crashes + (hasRunOut(now) ? 1 : 0),
                isFree(now) ? Optional.empty() : Optional.ofNullable(owner));
    }
}
