package etl.jdbc;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.ErrorInfo;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where {@link RunWrites} are stored. Each method is one transaction, and tells false, having changed nothing, if the epoch
 * of the lease or the stored state of the run does not allow the change. A change that is stored already is allowed.
 */
interface RunStore {
    boolean reopen(RunId run, @Nullable Lease lease, Set<String> taskIds) throws SQLException;

    boolean start(RunId run, @Nullable Lease lease, Instant at) throws SQLException;

    boolean end(RunId run, @Nullable Lease lease, RunState state, Instant at, Optional<ErrorInfo> error)
            throws SQLException;
}
