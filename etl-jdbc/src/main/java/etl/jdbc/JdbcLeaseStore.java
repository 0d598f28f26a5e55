package etl.jdbc;

import etl.core.RunId;
import etl.core.spi.RunOwnedException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The leases in {@code pipeline_runs}, by the clock of the database. */
final class JdbcLeaseStore implements LeaseStore {
    /** The lease of a run nobody has, or whose owner has not prolonged it. */
    static final String IS_FREE = "(lease_until is null or lease_until < now())";

    private final Database database;
    private final String take;
    private final String prolong;
    private final String release;
    private final String ownerOf;

    JdbcLeaseStore(Database database) {
        this.database = database;
        String table = database.table("pipeline_runs");
        // Never shortened: a transaction that had to wait for a lock counts from its beginning, and the lease may be
        // newer.
        String until = "greatest(lease_until, now() + ? * interval '1 millisecond')";
        this.take =
                "update " + table + " set owner = ?, epoch = epoch + 1, heartbeat_at = now(), lease_until = " + until
                        + ", crash_count = case when state in ('SUCCEEDED', 'FAILED', 'CANCELLED') then 0"
                        + " when lease_until < now() then crash_count + 1 else crash_count end"
                        + " where run_id = ? and (" + IS_FREE + " or owner = ?) returning epoch";
        this.prolong = "with mine as (select run_id from " + table
                + " where owner = ? and run_id = any(?) order by run_id for no key update)"
                + " update " + table + " r set heartbeat_at = now(), lease_until = " + until
                + " from mine where r.run_id = mine.run_id returning r.run_id, r.epoch";
        this.release = "update " + table + " set owner = null, lease_until = null where run_id = ? and epoch = ?";
        this.ownerOf = "select owner, lease_until from " + table + " where run_id = ?";
    }

    @Override
    public long take(RunId run, String owner, Duration length) throws SQLException {
        return database.inStatement(connection -> {
            try (PreparedStatement update = connection.prepareStatement(take)) {
                update.setString(1, owner);
                update.setLong(2, length.toMillis());
                update.setObject(3, run.value());
                update.setString(4, owner);
                try (ResultSet row = update.executeQuery()) {
                    if (row.next()) {
                        return row.getLong(1);
                    }
                }
            }
            throw new RunOwnedException(run, ownerOf(connection, run));
        });
    }

    private String ownerOf(Connection connection, RunId run) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ownerOf)) {
            select.setObject(1, run.value());
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? row.getString(1) + ", whose lease ends at "
                                + Columns.instant(row, "lease_until")
                                        .map(Object::toString)
                                        .orElse("any moment")
                        : "somebody who has deleted it";
            }
        }
    }

    @Override
    public Map<RunId, Long> prolong(Collection<RunId> runs, String owner, Duration length) throws SQLException {
        return database.inStatement(connection -> {
            Array ids = connection.createArrayOf(
                    "uuid", runs.stream().map(RunId::value).toArray());
            try (PreparedStatement update = connection.prepareStatement(prolong)) {
                update.setString(1, owner);
                update.setArray(2, ids);
                update.setLong(3, length.toMillis());
                Map<RunId, Long> epochs = new HashMap<>();
                try (ResultSet rows = update.executeQuery()) {
                    while (rows.next()) {
                        epochs.put(new RunId(rows.getObject(1, UUID.class)), rows.getLong(2));
                    }
                }
                return epochs;
            }
        });
    }

    @Override
    public void release(RunId run, long epoch) throws SQLException {
        database.inStatement(connection -> {
            try (PreparedStatement update = connection.prepareStatement(release)) {
                update.setObject(1, run.value());
                update.setLong(2, epoch);
                return update.executeUpdate();
            }
        });
    }

    @Override
    public String connections() {
        return PoolState.of(database.dataSource());
    }
}
