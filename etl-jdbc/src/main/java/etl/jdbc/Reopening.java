package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes runs ready to be executed again. Safe for use by many threads. */
final class Reopening {
    private final RunStore store;
    private final Patience patience;

    Reopening(RunStore store, Patience patience) {
        this.store = store;
        this.patience = patience;
    }

    void of(RunId run, @Nullable Lease lease, Set<String> taskIds) {
        boolean done;
        try {
            done = patience.with(again -> store.reopen(run, lease, taskIds));
        } catch (SQLException failure) {
            throw new StateStoreException("reopening run " + run + " failed: " + Database.reason(failure), failure);
        }
        if (!done) {
            throw new StaleWriteException(
                    "reopening run " + run + " is refused: another process has taken it, or it was purged");
        }
    }
}
