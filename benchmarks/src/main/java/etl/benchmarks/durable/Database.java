package etl.benchmarks.durable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A database that one contestant has for one measurement.
 *
 * @param server where it is
 * @param name what the server calls it
 */
record Database(Server server, String name) implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(2);

    String jdbcUrl() {
        return server.jdbcUrl(name);
    }

    /** With user and password in it. */
    String url() {
        return "postgresql://" + server.user() + ":" + server.password() + "@" + server.host() + ":" + server.port()
                + "/" + name;
    }

    /** Its parameters follow those of the URL. */
    Connection connect(String parameters) throws SQLException {
        return DriverManager.getConnection(jdbcUrl() + parameters, server.user(), server.password());
    }

    HikariDataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(jdbcUrl());
        config.setUsername(server.user());
        config.setPassword(server.password());
        config.setMaximumPoolSize(size);
        return new HikariDataSource(config);
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect("");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Executes a script unless a former one has made this table. */
    void executeUnlessExists(String table, String script) throws SQLException {
        if (number("select count(*) from pg_tables where tablename = '" + table + "'") == 0) {
            execute(script);
        }
    }

    long number(String query) throws SQLException {
        try (Connection connection = connect("")) {
            return number(connection, query);
        }
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** For contestants that tell nobody when the last end is stored. */
    void awaitZero(String query) throws SQLException {
        try (Connection connection = connect("")) {
            long deadline = deadline();
            for (long left = number(connection, query); left != 0; left = number(connection, query)) {
                pause(deadline, left + " by " + query);
            }
        }
    }

    /** The statistics of a connection are complete when it has ended. */
    void awaitNoConnections() throws SQLException {
        String connections = "select count(*) from pg_stat_activity where datname = '" + name + "'";
        long deadline = deadline();
        for (long left = server.number(connections); left != 0; left = server.number(connections)) {
            pause(deadline, left + " connections to " + name);
        }
    }

    private static long deadline() {
        return System.nanoTime() + LIMIT.toNanos();
    }

    private static void pause(long deadline, String what) {
        if (System.nanoTime() - deadline > 0) {
            throw new IllegalStateException("after " + LIMIT + " still " + what);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    @Override
    public void close() throws SQLException {
        server.execute("drop database " + name + " with (force)");
    }
}
