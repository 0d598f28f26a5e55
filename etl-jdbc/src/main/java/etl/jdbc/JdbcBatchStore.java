package etl.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares the epochs of the runs and changes {@code pipeline_tasks}, both in one transaction, and mostly in one statement
 * that is a transaction by itself: an attempt that begins and ends in one batch is one row.
 */
final class JdbcBatchStore implements BatchStore {
    private final Database database;
    private final LeaseFence fence;
    private final TaskInsert insert;
    private final Map<TaskRow.Kind, TaskUpsert> upserts = new EnumMap<>(TaskRow.Kind.class);
    private final EndedTasks ended;

    JdbcBatchStore(Database database) {
        this.database = database;
        this.fence = new LeaseFence(database);
        this.ended = new EndedTasks(database);
        this.insert = new TaskInsert(database);
        upserts.put(TaskRow.Kind.BEGUN, TaskUpsert.begun(database));
        upserts.put(TaskRow.Kind.REUSED, TaskUpsert.reused(database));
        upserts.put(TaskRow.Kind.CLOSED, TaskUpsert.closed(database));
    }

    @Override
    public Unwritten apply(List<TaskWrite> batch) throws SQLException {
        List<List<TaskRow>> waves = TaskRow.waves(batch);
        List<TaskRow> first = waves.get(0);
        TaskUpsert upsert = upserts.get(first.get(0).kind());
        if (upsert == null
                || waves.size() > 1
                || first.stream().anyMatch(row -> row.kind() != first.get(0).kind())) {
            return database.inTransaction(connection -> write(connection, waves));
        }
        if (first.size() > 1) {
            return database.inStatement(connection -> upsert.write(connection, first));
        }
        TaskRow row = first.get(0);
        boolean inserted = TaskInsert.takes(row) && database.inStatement(connection -> insert.write(connection, row));
        boolean done = inserted || database.inStatement(connection -> upsert.write(connection, row));
        return done ? Unwritten.NOTHING : database.inTransaction(connection -> why(connection, batch));
    }

    /** A lease that is valid now was valid before. */
    private Unwritten why(Connection connection, List<TaskWrite> unwritten) throws SQLException {
        Set<Lease> lost = fence.lost(connection, unwritten);
        return new Unwritten(lost, lost.isEmpty() ? Set.copyOf(unwritten) : Set.of());
    }

    private Unwritten write(Connection connection, List<List<TaskRow>> waves) throws SQLException {
        Set<Lease> lost = fence.lost(
                connection,
                waves.stream().flatMap(List::stream).map(TaskRow::write).toList());
        Set<TaskWrite> refused = new HashSet<>();
        for (List<TaskRow> wave : waves) {
            Map<TaskRow.Kind, List<TaskRow>> kinds = new EnumMap<>(TaskRow.Kind.class);
            for (TaskRow row : wave) {
                if (row.write().lease() == null || !lost.contains(row.write().lease())) {
                    kinds.computeIfAbsent(row.kind(), any -> new ArrayList<>()).add(row);
                }
            }
            for (Map.Entry<TaskRow.Kind, List<TaskRow>> kind : kinds.entrySet()) {
                TaskUpsert upsert = upserts.get(kind.getKey());
                refused.addAll(
                        upsert == null
                                ? ended.write(connection, kind.getValue())
                                : upsert.write(connection, kind.getValue()).refused());
            }
        }
        return new Unwritten(lost, refused);
    }
}
