package etl.jdbc;

import etl.core.spi.StateStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source and the schema in it. Connections go back with the auto-commit setting with which they came. Immutable and
 * safe for use by many threads.
 *
 * @param dataSource where connections come from
 * @param schema the schema's name, a plain identifier
 */
record Database(DataSource dataSource, String schema) {
    Database {
        if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("schema '" + schema
                    + "' is not allowed: use at most 63 lower-case letters, digits or '_', not beginning with a digit");
        }
    }

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T with(Connection connection) throws SQLException;
    }

    String table(String name) {
        return schema + "." + name;
    }

    /** Commits if the work returns, rolls back if it throws. */
    <T extends @Nullable Object> T transaction(String what, Work<T> work) {
        try {
            return inTransaction(work);
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + failure.getMessage(), failure);
        }
    }

    <T extends @Nullable Object> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try {
                T result = work.with(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException | Error failure) {
                rollBack(connection, failure);
                throw failure;
            } finally {
                restore(connection, autoCommit);
            }
        }
    }

    private static void rollBack(Connection connection, Throwable failure) {
        try {
            connection.rollback();
        } catch (SQLException secondary) {
            failure.addSuppressed(secondary);
        }
    }

    private static void restore(Connection connection, boolean autoCommit) throws SQLException {
        if (!connection.isClosed() && connection.getAutoCommit() != autoCommit) {
            connection.setAutoCommit(autoCommit);
        }
    }
}
