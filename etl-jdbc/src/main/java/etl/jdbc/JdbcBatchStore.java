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
 * Compares the epochs of the runs and changes {@code pipeline_tasks} and {@code pipeline_runs}, all in one transaction, and
 * mostly in one statement that is a transaction by itself: an attempt that begins and ends in one batch is one row.
 */
final class JdbcBatchStore implements BatchStore {
    private final Database database;
    private final LeaseFence fence;
    private final TaskInsert insert;
    private final Map<TaskRow.Kind, TaskUpsert> upserts = new EnumMap<>(TaskRow.Kind.class);
    private final EndedTasks ended;
    private final RunUpdates runs;

    JdbcBatchStore(Database database) {
        this.database = database;
        this.fence = new LeaseFence(database);
        this.ended = new EndedTasks(database);
        this.insert = new TaskInsert(database);
        this.runs = new RunUpdates(database);
        upserts.put(TaskRow.Kind.BEGUN, TaskUpsert.begun(database));
        upserts.put(TaskRow.Kind.REUSED, TaskUpsert.reused(database));
        upserts.put(TaskRow.Kind.CLOSED, TaskUpsert.closed(database));
    }

    @Override
    public Unwritten apply(List<StateWrite> batch) throws SQLException {
        SortedWrites writes = SortedWrites.of(batch);
        if (writes.runs().isEmpty()) {
            return tasks(batch, TaskRow.waves(writes.tasks()));
        }
        if (batch.size() > 1) {
            return database.inTransaction(connection -> write(connection, batch, writes));
        }
        Set<StateWrite> refused = database.inStatement(connection -> runs.write(connection, writes.runs()));
        return refused.isEmpty() ? Unwritten.NOTHING : database.inTransaction(connection -> why(connection, batch));
    }

    private Unwritten tasks(List<StateWrite> batch, List<List<TaskRow>> waves) throws SQLException {
        List<TaskRow> first = waves.get(0);
        TaskUpsert upsert = upserts.get(first.get(0).kind());
        if (upsert == null
                || waves.size() > 1
                || first.stream().anyMatch(row -> row.kind() != first.get(0).kind())) {
            return database.inTransaction(connection -> {
                Set<Lease> lost = fence.lost(connection, batch);
                return new Unwritten(lost, write(connection, waves, lost));
            });
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
    private Unwritten why(Connection connection, List<StateWrite> unwritten) throws SQLException {
        Set<Lease> lost = fence.lost(connection, unwritten);
        return new Unwritten(lost, lost.isEmpty() ? Set.copyOf(unwritten) : Set.of());
    }

    private Unwritten write(Connection connection, List<StateWrite> batch, SortedWrites writes) throws SQLException {
        Set<Lease> lost = fence.lost(connection, batch);
        Set<StateWrite> refused = new HashSet<>(runs.write(
                connection,
                writes.runs().stream().filter(write -> isOwned(write, lost)).toList()));
        refused.addAll(write(connection, TaskRow.waves(writes.tasks()), lost));
        return new Unwritten(lost, refused);
    }

    private static boolean isOwned(StateWrite write, Set<Lease> lost) {
        return write.lease() == null || !lost.contains(write.lease());
    }

    /** Those that the stored states did not allow. */
    private Set<StateWrite> write(Connection connection, List<List<TaskRow>> waves, Set<Lease> lost)
            throws SQLException {
        Set<StateWrite> refused = new HashSet<>();
        for (List<TaskRow> wave : waves) {
            Map<TaskRow.Kind, List<TaskRow>> kinds = new EnumMap<>(TaskRow.Kind.class);
            for (TaskRow row : wave) {
                if (isOwned(row.write(), lost)) {
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
        return refused;
    }
}
