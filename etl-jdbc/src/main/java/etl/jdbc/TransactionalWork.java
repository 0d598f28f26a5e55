package etl.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a task writes in the transaction that also records its success.
 *
 * @param <T> the type of its result
 * @param <X> what it throws besides {@link SQLException}
 * @see Transactions#commit
 */
@FunctionalInterface
public interface TransactionalWork<T extends @Nullable Object, X extends Exception> {
    /**
     * Reads and writes.
     *
     * @param connection a connection with an open transaction, for this call only; who calls this ends the transaction
     * @return the result of the task
     * @throws SQLException if the database refuses; everything is rolled back
     * @throws X if the work fails; everything is rolled back
     */
    T on(Connection connection) throws SQLException, X;
}
