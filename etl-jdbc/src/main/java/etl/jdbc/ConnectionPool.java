package etl.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import etl.core.spi.StateStoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The pools of a store that was opened by a URL. */
final class ConnectionPool {
    private static final long CONNECTION_TIMEOUT = TimeUnit.SECONDS.toMillis(10);

    /** The pool accepts no shorter one. */
    private static final long SHORTEST_TIMEOUT = 250;

    /** How often the writer is told within a lease that no connection can be had, which it then warns of. */
    private static final int WAITS_PER_LEASE = 6;

    /** One for the writer, one for a run that is taken, reopened or given up, one that prolongs leases. */
    private static final int WRITERS = 3;

    private ConnectionPool() {}

    /** The pool for tasks and for reading. */
    static HikariDataSource open(DatabaseUrl url, int size) {
        HikariConfig config = config(url, "etl", size);
        config.setInitializationFailTimeout(1);
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException failure) {
            throw unreachable(url, failure);
        }
    }

    /**
     * The pool for writing states, which tasks cannot exhaust. Connects when it is first used. A server that does not answer
     * for the length of a lease counts as gone.
     */
    static HikariDataSource forWriting(DatabaseUrl url, Duration lease) {
        HikariConfig config = config(url, "etl-writer", WRITERS);
        // As a text: the driver does not see properties that are none.
        config.addDataSourceProperty("socketTimeout", Long.toString(Math.max(1, lease.toSeconds())));
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(
                Math.max(SHORTEST_TIMEOUT, Math.min(lease.toMillis() / WAITS_PER_LEASE, CONNECTION_TIMEOUT)));
        return new HikariDataSource(config);
    }

    private static HikariConfig config(DatabaseUrl url, String name, int size) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url.jdbcUrl());
        url.user().ifPresent(config::setUsername);
        url.password().ifPresent(config::setPassword);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(CONNECTION_TIMEOUT);
        config.addDataSourceProperty("ApplicationName", "etl");
        return config;
    }

    private static StateStoreException unreachable(DatabaseUrl url, Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof SQLException)) {
            cause = cause.getCause();
        }
        String state = cause instanceof SQLException sql && sql.getSQLState() != null ? sql.getSQLState() : "";
        String why = switch (state) {
            case "28P01", "28000" -> "the user or the password was refused; check both in DATABASE_URL";
            case "3D000" -> "the database does not exist; create it, or correct DATABASE_URL";
            case "53300" -> "the server has no connection left; raise max_connections or close some";
            case "08001", "08004", "08006" ->
                "the server cannot be reached; is PostgreSQL running there, and is DATABASE_URL right?";
            default -> String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
        };
        return new StateStoreException("cannot connect to " + url + ": " + why, cause == null ? failure : cause);
    }
}
