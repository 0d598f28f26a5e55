package etl.jdbc;

import etl.core.spi.StateStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data source and the schema in it. Connections go back with the settings with which they came. Immutable and safe for use
 * by many threads.
 *
 * @param dataSource where connections come from
 * @param schema the schema's name, a plain identifier
 * @param longestAnswer for what must be written: after which time a server that does not answer counts as gone, as one does at
 *     once that is read-only; zero where connections are used as they come
 */
record Database(DataSource dataSource, String schema, Duration longestAnswer) {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    /** The SQL state of a server that is, or was, a standby, or whose disk is nearly full. */
    static final String READ_ONLY = "25006";

    Database {
        if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("schema '" + schema
                    + "' is not allowed: use at most 63 lower-case letters, digits or '_', not beginning with a digit");
        }
    }

    Database(DataSource dataSource, String schema) {
        this(dataSource, schema, Duration.ZERO);
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

    /** For people. A pool says how full it is, and only in the cause why it could not connect. */
    static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        String message = String.valueOf(failure.getMessage());
        return cause instanceof SQLException ? message + ": " + cause.getMessage() : message;
    }

    /**
     * Commits if the work returns, rolls back if it throws. The work sees what others commit meanwhile, whatever isolation
     * level the connection came with: this is not tried again, so it must not fail because a lease was prolonged.
     */
    <T extends @Nullable Object> T transaction(String what, Work<T> work) {
        try {
            return atReadCommitted(work);
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + reason(failure), failure);
        }
    }

    <T extends @Nullable Object> T atReadCommitted(Work<T> work) throws SQLException {
        return inTransaction(connection -> {
            try (Statement set = connection.createStatement()) {
                set.execute("set transaction isolation level read committed");
            }
            return work.with(connection);
        });
    }

    <T extends @Nullable Object, X extends Exception> T inTransaction(FallibleWork<T, X> work) throws SQLException, X {
        try (Connection connection = dataSource.getConnection()) {
            Settings came = taken(connection);
            connection.setAutoCommit(false);
            T result;
            try {
                result = work.with(connection);
                connection.commit();
            } catch (Throwable failure) {
                abandonIfReadOnly(connection, failure);
                undo(connection, came, failure);
                throw failure;
            }
            restore(connection, came);
            return result;
        }
    }

    /** A statement that is a transaction by itself. */
    <T extends @Nullable Object> T statement(String what, Work<T> work) {
        try {
            return inStatement(work);
        } catch (SQLException failure) {
            throw new StateStoreException(what + " failed: " + reason(failure), failure);
        }
    }

    /** A statement that is a transaction by itself, so that nothing else has to be sent. */
    <T extends @Nullable Object> T inStatement(Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            Settings came = taken(connection);
            T result;
            try {
                connection.setAutoCommit(true);
                result = work.with(connection);
            } catch (Throwable failure) {
                abandonIfReadOnly(connection, failure);
                giveBack(connection, came, failure);
                throw failure;
            }
            restore(connection, came);
            return result;
        }
    }

    /**
     * What this changes of a connection.
     *
     * @param networkTimeout in milliseconds, or negative if it is not changed
     */
    private record Settings(boolean autoCommit, int networkTimeout) {
        void set(Connection connection) throws SQLException {
            connection.setAutoCommit(autoCommit);
            if (networkTimeout >= 0) {
                connection.setNetworkTimeout(Runnable::run, networkTimeout);
            }
        }
    }

    /**
     * A pool may have looked at the connection by a query, and left its transaction open: that has a snapshot already, so its
     * isolation level cannot be set any more. Nothing of the host's can be in it.
     */
    private Settings taken(Connection connection) throws SQLException {
        Settings came = settings(connection);
        if (!came.autoCommit()) {
            connection.rollback();
        }
        return came;
    }

    private Settings settings(Connection connection) throws SQLException {
        if (longestAnswer.isZero()) {
            return new Settings(connection.getAutoCommit(), -1);
        }
        Settings came = new Settings(connection.getAutoCommit(), connection.getNetworkTimeout());
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(longestAnswer.toMillis()));
        return came;
    }

    /** The server that takes writes now may be another one, but a pool would hand this connection out again. */
    private void abandonIfReadOnly(Connection connection, Throwable failure) {
        if (!longestAnswer.isZero() && failure instanceof SQLException sql && READ_ONLY.equals(sql.getSQLState())) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException secondary) {
                failure.addSuppressed(secondary);
            }
        }
    }

    /** Leaves auto-commit off if the roll-back fails, since switching it on would commit what was to be undone. */
    private static void undo(Connection connection, Settings came, Throwable failure) {
        try {
            connection.rollback();
        } catch (SQLException | RuntimeException secondary) {
            failure.addSuppressed(secondary);
            return;
        }
        giveBack(connection, came, failure);
    }

    private static void giveBack(Connection connection, Settings came, Throwable failure) {
        try {
            came.set(connection);
        } catch (SQLException | RuntimeException secondary) {
            failure.addSuppressed(secondary);
        }
    }

    /** What is committed stays done, even if the connection breaks afterwards. */
    private static void restore(Connection connection, Settings came) {
        try {
            came.set(connection);
        } catch (SQLException | RuntimeException broken) {
            LOG.warn("a connection broke after its transaction was committed", broken);
        }
    }
}
