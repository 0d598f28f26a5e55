package etl.jdbc;

import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Statements that are sent together. */
final class StatementBatch {
    private StatementBatch() {}

    /**
     * Executes the batch of a statement.
     *
     * @param writes what each statement of the batch writes, in order
     * @return those that have changed no row
     */
    static <T> List<T> withoutEffect(PreparedStatement batch, List<T> writes) throws SQLException {
        List<T> without = new ArrayList<>();
        int[] counts = execute(batch);
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] == 0) {
                without.add(writes.get(i));
            }
        }
        return without;
    }

    /** The driver's own message for a batch quotes the values of the statement that failed, such as a whole output. */
    private static int[] execute(PreparedStatement batch) throws SQLException {
        try {
            return batch.executeBatch();
        } catch (BatchUpdateException failure) {
            SQLException ofServer = failure.getNextException();
            throw ofServer == null ? failure : ofServer;
        }
    }
}
