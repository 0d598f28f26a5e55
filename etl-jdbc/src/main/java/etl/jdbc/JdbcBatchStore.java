package etl.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** Compares the epochs of the runs and changes {@code pipeline_tasks}, both in one transaction. */
final class JdbcBatchStore implements BatchStore {
    private final Database database;
    private final LeaseFence fence;
    private final TaskWrites writes;

    JdbcBatchStore(Database database) {
        this.database = database;
        this.fence = new LeaseFence(database);
        this.writes = new TaskWrites(database);
    }

    @Override
    public Unwritten apply(List<TaskWrite> batch) throws SQLException {
        return database.inTransaction(connection -> write(connection, batch));
    }

    private Unwritten write(Connection connection, List<TaskWrite> batch) throws SQLException {
        Set<Lease> lost = fence.lost(connection, batch);
        List<TaskWrite> owned = lost.isEmpty()
                ? batch
                : batch.stream().filter(write -> !lost.contains(write.lease())).toList();
        return new Unwritten(lost, writes.apply(connection, owned));
    }
}
