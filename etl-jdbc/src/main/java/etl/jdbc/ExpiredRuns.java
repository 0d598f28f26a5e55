package etl.jdbc;

import etl.core.spi.Purged;
import etl.core.spi.Retention;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that finds the runs which a retention does not keep. Those of all pipelines are found by the index {@code
 * pipeline_runs_by_end}, those of one pipeline by {@code pipeline_runs_by_pipeline}: a run ends after it was created.
 */
final class ExpiredRuns {
    private static final String EXPIRED =
            " ended_at < ? and state in ('SUCCEEDED', 'FAILED', 'CANCELLED') and purged_at is null and "
                    + JdbcLeaseStore.IS_FREE;
    private static final String OF_PIPELINE = " and pipeline = ? and created_at < ?";

    private final String runs;
    private final String tasks;

    ExpiredRuns(Database database) {
        this.runs = database.table("pipeline_runs");
        this.tasks = database.table("pipeline_tasks");
    }

    /** One scope for all pipelines if it can be, since each costs a query. */
    List<PurgeScope> scopes(Connection connection, Retention retention) throws SQLException {
        OffsetDateTime endedBefore = endedBefore(connection, retention);
        if (retention.newest() == 0) {
            return List.of(new PurgeScope(retention.pipeline().orElse(null), endedBefore, endedBefore));
        }
        List<PurgeScope> scopes = new ArrayList<>();
        List<String> pipelines =
                retention.pipeline().isPresent() ? List.of(retention.pipeline().get()) : pipelines(connection);
        for (String pipeline : pipelines) {
            oldestKept(connection, pipeline, retention.newest())
                    .ifPresent(oldest -> scopes.add(new PurgeScope(
                            pipeline, endedBefore, oldest.isBefore(endedBefore) ? oldest : endedBefore)));
        }
        return scopes;
    }

    private static OffsetDateTime endedBefore(Connection connection, Retention retention) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select now() - ? * interval '1 millisecond'")) {
            select.setLong(1, retention.age().toMillis());
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getObject(1, OffsetDateTime.class);
            }
        }
    }

    /** From one name to the next by the index, however many runs there are. */
    private List<String> pipelines(Connection connection) throws SQLException {
        String sql = "with recursive names (pipeline) as ((select pipeline from " + runs
                + " order by pipeline limit 1) union all select (select r.pipeline from " + runs
                + " r where r.pipeline > names.pipeline order by r.pipeline limit 1) from names"
                + " where names.pipeline is not null) select pipeline from names where pipeline is not null";
        try (PreparedStatement select = connection.prepareStatement(sql);
                ResultSet rows = select.executeQuery()) {
            List<String> pipelines = new ArrayList<>();
            while (rows.next()) {
                pipelines.add(rows.getString(1));
            }
            return pipelines;
        }
    }

    /** When the last one of the newest runs was created, or empty if there are not as many. */
    private Optional<OffsetDateTime> oldestKept(Connection connection, String pipeline, int newest)
            throws SQLException {
        String sql = "select created_at from " + runs
                + " where pipeline = ? and purged_at is null order by created_at desc limit 1 offset ?";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, pipeline);
            select.setInt(2, newest - 1);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(row.getObject(1, OffsetDateTime.class)) : Optional.empty();
            }
        }
    }

    /**
     * Locks the next runs of a scope; those that another transaction has locked are left to it.
     *
     * @param from where to go on, so that the index entries of what was deleted are not read again; null for the beginning
     */
    List<ExpiredRun> lock(Connection connection, PurgeScope scope, @Nullable OffsetDateTime from, int limit)
            throws SQLException {
        String position = scope.pipeline() == null ? "ended_at" : "created_at";
        String sql = "select run_id, tasks, " + position + " from " + runs + " where" + EXPIRED
                + (scope.pipeline() == null ? "" : OF_PIPELINE) + (from == null ? "" : " and " + position + " >= ?")
                + " order by " + position + " limit ? for update skip locked";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            int next = bind(select, scope);
            if (from != null) {
                select.setObject(next++, from);
            }
            select.setInt(next, limit);
            List<ExpiredRun> locked = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    locked.add(new ExpiredRun(
                            rows.getObject(1, java.util.UUID.class),
                            rows.getInt(2),
                            rows.getObject(3, OffsetDateTime.class)));
                }
            }
            return locked;
        }
    }

    /** Reads the task runs of all the runs, which takes its time. */
    Purged count(Connection connection, PurgeScope scope) throws SQLException {
        String condition = " where" + EXPIRED + (scope.pipeline() == null ? "" : OF_PIPELINE);
        String sql = "with expired as materialized (select run_id from " + runs + condition
                + ") select (select count(*) from expired), (select count(*) from expired join " + tasks
                + " using (run_id))";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            bind(select, scope);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return new Purged(row.getLong(1), row.getLong(2));
            }
        }
    }

    private static int bind(PreparedStatement select, PurgeScope scope) throws SQLException {
        select.setObject(1, scope.endedBefore());
        if (scope.pipeline() == null) {
            return 2;
        }
        select.setString(2, scope.pipeline());
        select.setObject(3, scope.createdBefore());
        return 4;
    }
}
