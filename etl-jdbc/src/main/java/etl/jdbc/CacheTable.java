package etl.jdbc;

import etl.core.RunId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of {@code task_cache}. A row holds an output, a claim, or both: an output that is computed anew stays until it is
 * replaced. All times are the database's.
 */
final class CacheTable {
    /** More than this, in days, is no end at all. */
    private static final long LONGEST_TTL_DAYS = 36_500;

    private static final int REMOVED_AT_ONCE = 50;
    private static final String CLAIMED = "owner is not null and claimed_until > clock_timestamp()";

    private final String select;
    private final String claim;
    private final String complete;
    private final String removeExpired;
    private final String clearClaim;
    private final String removeClaim;
    private final String claimed;
    private final String prolong;
    private final String removeLeftClaims;
    private final String clearAll;
    private final String removeAll;
    private final String removePipeline;

    CacheTable(String table) {
        select = "select output, output_digest, run_id, computed_at,"
                + " computed_at is not null and (expires_at is null or expires_at > clock_timestamp()) as usable, "
                + CLAIMED + " as claimed, owner, claim from " + table + " where cache_key = ?";
        claim = "insert into " + table + " as t (cache_key, pipeline, task_id, version, owner, claim, claimed_until)"
                + " values (?, ?, ?, ?, ?, ?, clock_timestamp() + ? * interval '1 millisecond')"
                + " on conflict (cache_key) do update set owner = excluded.owner, claim = excluded.claim,"
                + " claimed_until = excluded.claimed_until"
                + " where t.computed_at is not distinct from ?"
                + " and (? or t.owner is null or t.claimed_until <= clock_timestamp())";
        complete =
                "insert into " + table + " as t (cache_key, pipeline, task_id, version, output, output_digest, run_id,"
                        + " computed_at, expires_at) values (?, ?, ?, ?, ?::jsonb, ?, ?, clock_timestamp(),"
                        + " clock_timestamp() + ? * interval '1 microsecond') on conflict (cache_key) do update set"
                        + " output = excluded.output, output_digest = excluded.output_digest, run_id = excluded.run_id,"
                        + " computed_at = excluded.computed_at, expires_at = excluded.expires_at";
        removeExpired = "delete from " + table + " where cache_key in (select cache_key from " + table
                + " where expires_at <= clock_timestamp() and not (" + CLAIMED + ") order by expires_at limit "
                + REMOVED_AT_ONCE + " for update skip locked)";
        clearClaim = "update " + table + " set owner = null, claim = null, claimed_until = null"
                + " where cache_key = ? and owner = ? and claim = ?";
        removeClaim = "delete from " + table + " where cache_key = ? and computed_at is null and owner is null";
        claimed = "select cache_key from " + table + " where cache_key = any(?) and " + CLAIMED;
        prolong = "update " + table + " set claimed_until = clock_timestamp() + ? * interval '1 millisecond'"
                + " where owner = ? and claim = any(?)";
        removeLeftClaims = "delete from " + table + " where cache_key in (select cache_key from " + table
                + " where owner is not null and computed_at is null and claimed_until <= clock_timestamp() limit "
                + REMOVED_AT_ONCE + " for update skip locked)";
        clearAll = "update " + table + " set owner = null, claim = null, claimed_until = null where owner = ?";
        removeAll = "delete from " + table + " where owner = ? and computed_at is null";
        removePipeline = "delete from " + table + " where pipeline = ? and computed_at is not null"
                + " and computed_at <= clock_timestamp() - ? * interval '1 microsecond' and not (" + CLAIMED + ")";
    }

    /** What a key's row says; who holds a claim that is not over. */
    record Row(
            @Nullable String output,
            @Nullable String digest,
            @Nullable UUID run,
            @Nullable OffsetDateTime computedAt,
            boolean usable,
            @Nullable Holder holder) {
        static final Row NONE = new Row(null, null, null, null, false, null);
    }

    /** A key, and what people see of it. */
    record Subject(String key, String pipeline, String taskId, String version) {}

    /** A claim. */
    record Holder(UUID owner, long number) {}

    Row find(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setString(1, key);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next()
                        ? new Row(
                                rows.getString("output"),
                                rows.getString("output_digest"),
                                rows.getObject("run_id", UUID.class),
                                rows.getObject("computed_at", OffsetDateTime.class),
                                rows.getBoolean("usable"),
                                rows.getBoolean("claimed")
                                        ? new Holder(rows.getObject("owner", UUID.class), rows.getLong("claim"))
                                        : null)
                        : Row.NONE;
            }
        }
    }

    /** Claims a key whose output is still the one that was seen; false if somebody else was faster. */
    boolean claim(
            Connection connection,
            Subject subject,
            Holder holder,
            long millis,
            @Nullable OffsetDateTime seen,
            boolean takenOver)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(claim)) {
            bind(statement, subject);
            statement.setObject(5, holder.owner());
            statement.setLong(6, holder.number());
            statement.setLong(7, millis);
            statement.setObject(8, seen, Types.TIMESTAMP_WITH_TIMEZONE);
            statement.setBoolean(9, takenOver);
            return statement.executeUpdate() == 1;
        }
    }

    private static void bind(PreparedStatement statement, Subject subject) throws SQLException {
        statement.setString(1, subject.key());
        statement.setString(2, subject.pipeline());
        statement.setString(3, subject.taskId());
        statement.setString(4, subject.version());
    }

    /** Keeps an output and ends the claim, if it is still the holder's; removes some of what has expired. */
    void complete(
            Connection connection,
            Subject subject,
            Holder holder,
            @Nullable String output,
            String digest,
            RunId run,
            Optional<Duration> ttl)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(complete)) {
            bind(statement, subject);
            statement.setString(5, output);
            statement.setString(6, digest);
            statement.setObject(7, run.value());
            statement.setObject(8, ttl.flatMap(CacheTable::micros).orElse(null), Types.BIGINT);
            statement.executeUpdate();
        }
        clear(connection, subject.key(), holder);
        try (PreparedStatement statement = connection.prepareStatement(removeExpired)) {
            statement.executeUpdate();
        }
    }

    /** At least one, since a time to live is longer than zero; empty for what is as good as for ever. */
    private static Optional<Long> micros(Duration ttl) {
        return ttl.toDays() >= LONGEST_TTL_DAYS ? Optional.empty() : Optional.of(Math.max(1, ttl.toNanos() / 1_000));
    }

    private void clear(Connection connection, String key, Holder holder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(clearClaim)) {
            statement.setString(1, key);
            statement.setObject(2, holder.owner());
            statement.setLong(3, holder.number());
            statement.executeUpdate();
        }
    }

    void release(Connection connection, String key, Holder holder) throws SQLException {
        clear(connection, key, holder);
        try (PreparedStatement statement = connection.prepareStatement(removeClaim)) {
            statement.setString(1, key);
            statement.executeUpdate();
        }
    }

    /** Those of the keys that somebody claims. */
    Set<String> claimed(Connection connection, Collection<String> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(claimed)) {
            statement.setArray(1, connection.createArrayOf("text", keys.toArray()));
            Set<String> found = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        }
    }

    /** Prolongs claims of an owner, and removes what processes have left that died. */
    void prolong(Connection connection, UUID owner, Collection<Long> claims, long millis) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(prolong)) {
            statement.setLong(1, millis);
            statement.setObject(2, owner);
            statement.setArray(3, connection.createArrayOf("bigint", claims.toArray()));
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(removeLeftClaims)) {
            statement.executeUpdate();
        }
    }

    void releaseAll(Connection connection, UUID owner) throws SQLException {
        for (String sql : new String[] {removeAll, clearAll}) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setObject(1, owner);
                statement.executeUpdate();
            }
        }
    }

    long remove(Connection connection, String pipeline, Duration olderThan) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(removePipeline)) {
            statement.setString(1, pipeline);
            statement.setLong(2, micros(olderThan).orElse(Long.MAX_VALUE / 1_000));
            return statement.executeUpdate();
        }
    }
}
