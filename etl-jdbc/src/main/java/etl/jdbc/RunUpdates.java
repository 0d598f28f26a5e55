package etl.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes that runs begin or end, each only if the epoch of the run is that of its lease and the stored state allows it. What is
 * stored already, because its first answer was lost, is written again without effect.
 *
 * <p>Single-row statements in a JDBC batch, for the reason that {@link EndedTasks} has.
 */
final class RunUpdates {
    /** A run with an owner has the owner's epoch. */
    static final String OWNED = " and (?::bigint is null or epoch = ?)";

    private final String begin;
    private final String end;

    RunUpdates(Database database) {
        String table = database.table("pipeline_runs");
        this.begin = "update " + table + " set state = 'RUNNING', started_at = coalesce(started_at, ?)"
                + " where run_id = ? and state in ('QUEUED', 'RUNNING')" + OWNED;
        this.end = "update " + table + " set state = ?, ended_at = ?, error_type = ?, error_message = ?,"
                + " error_stack = ?, owner = null, lease_until = null where run_id = ?"
                + " and (state in ('QUEUED', 'RUNNING') or (state = ? and ended_at = ?))" + OWNED;
    }

    /** Those that the epoch or the stored state did not allow. Each is that of another run. */
    Set<StateWrite> write(Connection connection, List<RunWrite> writes) throws SQLException {
        List<RunWrite> inOrder = new ArrayList<>(writes);
        // The order of the ids, in which all lock the rows of runs.
        inOrder.sort(Comparator.comparing(write -> write.run().toString()));
        List<RunWrite> begins =
                inOrder.stream().filter(write -> !write.state().isFinal()).toList();
        List<RunWrite> ends =
                inOrder.stream().filter(write -> write.state().isFinal()).toList();
        Set<StateWrite> refused = new HashSet<>(write(connection, begin, begins, RunUpdates::bindBegin));
        refused.addAll(write(connection, end, ends, RunUpdates::bindEnd));
        return refused;
    }

    private static List<RunWrite> write(Connection connection, String update, List<RunWrite> writes, Binding binding)
            throws SQLException {
        if (writes.isEmpty()) {
            return List.of();
        }
        try (PreparedStatement statement = connection.prepareStatement(update)) {
            for (RunWrite write : writes) {
                binding.bind(statement, write);
                statement.addBatch();
            }
            return StatementBatch.withoutEffect(statement, writes);
        }
    }

    private static void bindBegin(PreparedStatement statement, RunWrite write) throws SQLException {
        statement.setObject(1, Columns.timestamp(write.at()));
        statement.setObject(2, write.run().value());
        setOwned(statement, 3, write.lease());
    }

    private static void bindEnd(PreparedStatement statement, RunWrite write) throws SQLException {
        statement.setString(1, write.state().name());
        statement.setObject(2, Columns.timestamp(write.at()));
        Columns.setError(statement, 3, write.error());
        statement.setObject(6, write.run().value());
        statement.setString(7, write.state().name());
        statement.setObject(8, Columns.timestamp(write.at()));
        setOwned(statement, 9, write.lease());
    }

    static void setOwned(PreparedStatement statement, int first, @Nullable Lease lease) throws SQLException {
        Long epoch = lease == null ? null : lease.epoch();
        statement.setObject(first, epoch, Types.BIGINT);
        statement.setObject(first + 1, epoch, Types.BIGINT);
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    private interface Binding {
        void bind(PreparedStatement statement, RunWrite write) throws SQLException;
    }
}
