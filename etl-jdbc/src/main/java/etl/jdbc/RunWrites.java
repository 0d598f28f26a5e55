package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records how a run proceeds, only if its stored state allows it. An end that is stored already, because its first answer
 * was lost, is recorded again without effect.
 */
final class RunWrites {
    private final RunStore store;
    private final Patience patience;

    RunWrites(RunStore store, Patience patience) {
        this.store = store;
        this.patience = patience;
    }

    void reopened(RunId run, @Nullable Lease lease, Set<String> taskIds) {
        record(
                "reopening run " + run,
                "another process has taken it, or it was purged",
                again -> store.reopen(run, lease, taskIds));
    }

    void started(RunId run, @Nullable Lease lease, Instant at) {
        record(
                "recording the start of run " + run,
                "the run is unknown, has ended already, or was taken by another process",
                again -> store.start(run, lease, at));
    }

    void ended(RunId run, @Nullable Lease lease, RunState state, Instant at, Optional<ErrorInfo> error) {
        record(
                "recording the end of run " + run,
                "the run is unknown, has ended already, or was taken by another process",
                again -> store.end(run, lease, state, at, error));
    }

    private void record(String what, String whyRefused, Patience.Try<Boolean> change) {
        boolean done;
        try {
            done = patience.with(change);
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + Database.reason(failure), failure);
        }
        if (!done) {
            throw new StaleWriteException(what + " is refused: " + whyRefused);
        }
    }
}
