package etl.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** Where {@link GroupCommit} writes to: applies a batch as a whole or not at all. Called by one thread at a time. */
@FunctionalInterface
interface BatchStore {
    /**
     * Applies the writes in one transaction, those of the same row in their order, each only if the epoch of its lease and
     * the stored state of its row allow it.
     *
     * @throws SQLException if nothing was applied, or if the answer was lost and it is not known whether all was
     */
    Unwritten apply(List<StateWrite> batch) throws SQLException;

    /**
     * What was not written.
     *
     * @param lost the leases that were not valid any more, with which nothing was written
     * @param refused the writes with a valid lease, or without any, that the stored states did not allow
     */
    record Unwritten(Set<Lease> lost, Set<StateWrite> refused) {
        static final Unwritten NOTHING = new Unwritten(Set.of(), Set.of());
    }
}
