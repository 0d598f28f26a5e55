package etl.jdbc;

import etl.core.spi.StateStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data source and the schema in it. Connections go back with the auto-commit setting with which they came. Immutable and
 * safe for use by many threads.
 *
 * @param dataSource where connections come from
 * @param schema the schema's name, a plain identifier
 */
record Database(DataSource dataSource, String schema) {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    Database {
        if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("schema '" + schema
                    + "' is not allowed: use at most 63 lower-case letters, digits or '_', not beginning with a digit");
        }
    }

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> extends FallibleWork<T, RuntimeException> {}

    /** What is done with a connection, and may fail for reasons of its own. */
    @FunctionalInterface
    interface FallibleWork<T extends @Nullable Object, X extends Exception> {
        T with(Connection connection) throws SQLException, X;
    }

    /** Quoted, since a schema may have the name of an SQL key word. */
    String table(String name) {
        return '"' + schema + "\"." + name;
    }

    /** Commits if the work returns, rolls back if it throws. */
    <T extends @Nullable Object> T transaction(String what, Work<T> work) {
        try {
            return inTransaction(work);
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + failure.getMessage(), failure);
        }
    }

    <T extends @Nullable Object, X extends Exception> T inTransaction(FallibleWork<T, X> work) throws SQLException, X {
        try (Connection connection = dataSource.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            T result;
            try {
                result = work.with(connection);
                connection.commit();
            } catch (Throwable failure) {
                undo(connection, autoCommit, failure);
                throw failure;
            }
            restore(connection, autoCommit);
            return result;
        }
    }

    /** A statement that is a transaction by itself. */
    <T extends @Nullable Object> T statement(String what, Work<T> work) {
        try {
            return inStatement(work);
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + failure.getMessage(), failure);
        }
    }

    /** A statement that is a transaction by itself, so that nothing else has to be sent. */
    <T extends @Nullable Object> T inStatement(Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            if (connection.getAutoCommit()) {
                return work.with(connection);
            }
            connection.setAutoCommit(true);
            try {
                return work.with(connection);
            } finally {
                restore(connection, false);
            }
        }
    }

    /** Leaves auto-commit off if the roll-back fails, since switching it on would commit what was to be undone. */
    private static void undo(Connection connection, boolean autoCommit, Throwable failure) {
        try {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
        } catch (SQLException | RuntimeException secondary) {
            failure.addSuppressed(secondary);
        }
    }

    /** What is committed stays done, even if the connection breaks afterwards. */
    private static void restore(Connection connection, boolean autoCommit) {
        try {
            connection.setAutoCommit(autoCommit);
        } catch (SQLException | RuntimeException broken) {
            LOG.warn("a connection broke after its transaction was committed", broken);
        }
    }
}
