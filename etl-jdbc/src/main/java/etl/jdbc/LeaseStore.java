package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunOwnedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;

/** Where {@link Leases} are recorded, by the clock of whoever records them. Each method is one transaction. */
interface LeaseStore {
    /**
     * Takes a run that is free, or that the owner has already.
     *
     * @return the epoch, higher than all before
     * @throws RunOwnedException if somebody else has it
     */
    long take(RunId run, String owner, Duration length) throws SQLException;

    /** Prolongs the leases that the owner still has, and tells their epochs. */
    Map<RunId, Long> prolong(Collection<RunId> runs, String owner, Duration length) throws SQLException;

    /** Makes the run free, if it still has the epoch. */
    void release(RunId run, long epoch) throws SQLException;

    /** What people are told of the connections to wherever that is, if nothing comes back. */
    default String connections() {
        return "not known";
    }
}
