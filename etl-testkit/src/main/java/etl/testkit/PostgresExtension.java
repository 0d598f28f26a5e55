package etl.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL for tests: in a container where Docker runs and Testcontainers is on the class path, from embedded
 * binaries elsewhere. One server serves the whole JVM and is stopped at its end; each test class gets an empty database of its own, which its nested classes
 * share. The server's time zone is
 * Asia/Kolkata, so that code which depends on UTC fails.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final PostgresExtension postgres = new PostgresExtension();
 * }</pre>
 */
public final class PostgresExtension implements BeforeAllCallback {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private String database = "postgres";
    private @Nullable Class<?> owner;

    /** An extension for one test class. */
    public PostgresExtension() {}

    @Override
    public void beforeAll(ExtensionContext context) throws SQLException {
        if (isNestedInOwner(context)) {
            return;
        }
        owner = context.getRequiredTestClass();
        database = "test_" + DATABASES.incrementAndGet();
        try (Connection connection =
                        PostgresServer.running().dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + database);
        }
    }

    private boolean isNestedInOwner(ExtensionContext context) {
        return context.getParent()
                .filter(parent ->
                        parent.getTestClass().filter(test -> test.equals(owner)).isPresent() || isNestedInOwner(parent))
                .isPresent();
    }

    /**
     * Connections to the database of this test class, each a new one.
     *
     * @return a data source without a pool
     */
    public DataSource dataSource() {
        return source();
    }

    private PGSimpleDataSource source() {
        return PostgresServer.running().dataSource(database);
    }

    /**
     * The place of the database of this test class.
     *
     * @return a URL of the form {@code postgresql://user:password@host:port/database}
     */
    public String databaseUrl() {
        PGSimpleDataSource source = source();
        return "postgresql://" + source.getUser() + ":" + source.getPassword() + "@" + source.getServerNames()[0] + ":"
                + source.getPortNumbers()[0] + "/" + database;
    }

    /**
     * Executes SQL statements.
     *
     * @param sql one or more statements
     * @throws SQLException if the database refuses
     */
    public void execute(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
