package etl.jdbc;

import etl.core.spi.StateStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A database with the {@link Patience} that its transactions are given. Safe for use by many threads. */
final class PatientDatabase implements AutoCloseable {
    private final Database database;
    private final Patience patience;

    PatientDatabase(Database database, Duration patience) {
        this.database = database;
        this.patience = new Patience(patience, ProcessTime.SYSTEM);
    }

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        /** {@code again} says that an earlier try failed, which may yet have been committed. */
        T with(Connection connection, boolean again) throws SQLException;
    }

    Database database() {
        return database;
    }

    Patience patience() {
        return patience;
    }

    /** Each statement of the work is a transaction by itself. */
    <T extends @Nullable Object> T statement(String what, Work<T> work) {
        try {
            return patience.with(again -> database.inStatement(connection -> work.with(connection, again)));
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + Database.reason(failure), failure);
        }
    }

    /** Sees what others commit meanwhile, whatever isolation level the connection came with. */
    <T extends @Nullable Object> T transaction(String what, Work<T> work) {
        try {
            return patience.with(again -> database.atReadCommitted(connection -> work.with(connection, again)));
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + Database.reason(failure), failure);
        }
    }

    <T extends @Nullable Object> T inTransaction(Work<T> work) throws SQLException {
        return patience.with(again -> once(work, again));
    }

    private <T extends @Nullable Object> T once(Work<T> work, boolean again) throws SQLException {
        return database.inTransaction(connection -> work.with(connection, again));
    }

    /** Transactions are still tried, but once only. */
    @Override
    public void close() {
        patience.close();
    }
}
