package etl.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * Keeps a process from writing to runs that another one has taken. The rows of the runs are locked until the end of the
 * transaction, so that a run cannot be taken between the comparison and the commit; in the order of their ids, as the
 * leases are prolonged, so that the two never wait for each other.
 */
final class LeaseFence {
    private final String lock;

    LeaseFence(Database database) {
        // Found one by one by the primary key, whatever the statistics say.
        this.lock = "select r.run_id, r.epoch from (select id from unnest(?::uuid[]) as ids (id) order by id) as wanted"
                + " cross join lateral (select run_id, epoch from " + database.table("pipeline_runs")
                + " where run_id = wanted.id for share) as r";
    }

    /** Those of the leases that are not valid any more. */
    Set<Lease> lost(Connection connection, List<? extends StateWrite> writes) throws SQLException {
        Set<Lease> leases = new HashSet<>();
        writes.stream().map(StateWrite::lease).filter(Objects::nonNull).forEach(leases::add);
        if (!leases.isEmpty()) {
            Map<UUID, Long> epochs = epochs(connection, leases);
            leases.removeIf(lease -> Objects.equals(epochs.get(lease.run().value()), lease.epoch()));
        }
        return leases;
    }

    private Map<UUID, Long> epochs(Connection connection, Set<Lease> leases) throws SQLException {
        Array runs = connection.createArrayOf(
                "uuid", leases.stream().map(lease -> lease.run().value()).toArray());
        Map<UUID, Long> epochs = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(lock)) {
            select.setArray(1, runs);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    epochs.put(rows.getObject(1, UUID.class), rows.getLong(2));
                }
            }
        }
        return epochs;
    }
}
