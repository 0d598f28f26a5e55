package etl.jdbc;

import etl.core.spi.Purged;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The SQL that deletes runs which the transaction has locked. A run with few rows goes as a whole. One with more rows than a
 * transaction should delete is marked first: from then on it counts as deleted, and nobody can take it.
 */
final class RunDeletion {
    private static final String WAS_MARKED = "purged_at is not null";

    private final String runs;
    private final String tasks;
    private final List<Dependents> dependents;

    /** Rows of a run, what tells them apart within it being the rest of an index that begins with the run's id. */
    private record Dependents(String table, String order) {}

    RunDeletion(Database database) {
        this.runs = database.table("pipeline_runs");
        this.tasks = database.table("pipeline_tasks");
        this.dependents = List.of(
                new Dependents(database.table("transformed_data"), "source"),
                new Dependents(database.table("raw_data"), "source, position"),
                new Dependents(tasks, "task_id, map_index"));
    }

    /** How many rows depend on each run, as far as it matters. */
    List<Integer> rows(Connection connection, List<UUID> ids, int limit) throws SQLException {
        List<String> counts = new ArrayList<>();
        for (Dependents rows : dependents) {
            counts.add("(select count(*) from (select from " + rows.table() + " t where t.run_id = r.id limit " + limit
                    + ") as few)");
        }
        String sql = "select " + String.join(" + ", counts)
                + " from unnest(?::uuid[]) with ordinality as r (id, number) order by number";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            List<Integer> numbers = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    numbers.add((int) Math.min(limit, rows.getLong(1)));
                }
            }
            return numbers;
        }
    }

    /** Deletes runs with all that depends on them. */
    Purged delete(Connection connection, List<UUID> ids) throws SQLException {
        long taskRuns = 0;
        for (Dependents rows : dependents) {
            taskRuns = deleteOf(connection, rows.table(), ids);
        }
        return new Purged(deleteOf(connection, runs, ids), taskRuns);
    }

    private static int deleteOf(Connection connection, String table, List<UUID> ids) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from " + table + " where run_id = any(?)")) {
            delete.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            return delete.executeUpdate();
        }
    }

    /** The run's key is free at once. The lease keeps others from taking the run, who have read it just before. */
    void mark(Connection connection, UUID id) throws SQLException {
        String sql = "update " + runs + " set purged_at = now(), run_key = null, owner = 'a purge', epoch = epoch + 1,"
                + " lease_until = 'infinity' where run_id = ?";
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setObject(1, id);
            update.executeUpdate();
        }
    }

    /** Locks some marked run that no other transaction has locked. */
    Optional<UUID> lockMarked(Connection connection) throws SQLException {
        String sql = "select run_id from " + runs + " where " + WAS_MARKED + " limit 1 for update skip locked";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            return id(select);
        }
    }

    /** Waits for the lock of a run; empty if it is not marked. */
    Optional<UUID> lockMarked(Connection connection, UUID id) throws SQLException {
        String sql = "select run_id from " + runs + " where run_id = ? and " + WAS_MARKED + " for update";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setObject(1, id);
            return id(select);
        }
    }

    private static Optional<UUID> id(PreparedStatement select) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? Optional.of(row.getObject(1, UUID.class)) : Optional.empty();
        }
    }

    /** Deletes some rows of a marked run; the run itself if nothing depends on it any more. */
    Purged deleteSome(Connection connection, UUID id, int limit) throws SQLException {
        int room = limit;
        int taskRuns = 0;
        for (Dependents rows : dependents) {
            taskRuns = deleteSomeOf(connection, rows, id, room);
            room -= taskRuns;
            if (room == 0) {
                return new Purged(0, rows.table().equals(tasks) ? taskRuns : 0);
            }
        }
        return new Purged(deleteOf(connection, runs, List.of(id)), taskRuns);
    }

    /**
     * In the order of an index, since a table with many rows of the run would otherwise be read from its beginning. The run is
     * named twice, since rows of two partitions can be at the same place; once in a form that no index has, because the planner,
     * who believes a run to be small, would read all of it by the index instead of the places.
     */
    private static int deleteSomeOf(Connection connection, Dependents rows, UUID id, int limit) throws SQLException {
        String sql =
                "delete from " + rows.table() + " where (run_id = ?) is true and ctid = any(array(select ctid from "
                        + rows.table() + " where run_id = ? order by run_id, " + rows.order() + " limit ?))";
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setObject(1, id);
            delete.setObject(2, id);
            delete.setInt(3, limit);
            return delete.executeUpdate();
        }
    }
}
