package etl.jdbc;

import etl.core.RunId;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where {@link Reopening} is stored. */
@FunctionalInterface
interface RunStore {
    /**
     * Reopens a run in one transaction; again without effect, if that is stored already.
     *
     * <p>Without a lease, whoever reopens a run may be late, and another process may be executing its tasks already. So it is
     * left as it is, unless it has FAILED or was cancelled, or has SUCCEEDED and tasks are given.
     *
     * @return false, having changed nothing, if the epoch of the lease does not allow it or the run is gone
     */
    boolean reopen(RunId run, @Nullable Lease lease, Set<String> taskIds) throws SQLException;
}
