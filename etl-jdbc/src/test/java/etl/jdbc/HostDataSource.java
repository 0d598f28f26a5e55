package etl.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A host's data source, which sets its connections up in its own way and looks at them when they come back. */
final class HostDataSource extends PGSimpleDataSource implements AutoCloseable {
    private static final long serialVersionUID = 1;

    /** The settings of a connection. */
    record Settings(boolean autoCommit, boolean readOnly, int isolation) {
        static Settings of(Connection connection) throws SQLException {
            return new Settings(
                    connection.getAutoCommit(), connection.isReadOnly(), connection.getTransactionIsolation());
        }
    }

    /** What to do instead of, or around, a commit. */
    interface Commit {
        void of(Connection connection) throws SQLException;
    }

    private final transient Settings settings;
    private final transient Commit commit;
    private final boolean validating;
    private final transient Queue<Settings> returned = new ConcurrentLinkedQueue<>();
    private final AtomicInteger taken = new AtomicInteger();
    private volatile boolean closed;

    private HostDataSource(DataSource server, Settings settings, Commit commit, boolean validating) {
        this.settings = settings;
        this.commit = commit;
        this.validating = validating;
        setUrl(((PGSimpleDataSource) server).getUrl());
        setUser(((PGSimpleDataSource) server).getUser());
        setPassword(((PGSimpleDataSource) server).getPassword());
    }

    HostDataSource(DataSource server, Settings settings, Commit commit) {
        this(server, settings, commit, false);
    }

    HostDataSource(DataSource server, Settings settings) {
        this(server, settings, Connection::commit);
    }

    /** Looks at each connection by a query before it is handed out, and does not end the transaction of that query. */
    static HostDataSource validating(DataSource server, Settings settings) {
        return new HostDataSource(server, settings, Connection::commit, true);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        connection.setReadOnly(settings.readOnly());
        connection.setTransactionIsolation(settings.isolation());
        connection.setAutoCommit(settings.autoCommit());
        if (validating) {
            try (Statement validation = connection.createStatement()) {
                validation.execute("select 1");
            }
        }
        taken.incrementAndGet();
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        commit.of(connection);
                        return null;
                    }
                    if (method.getName().equals("close") && !connection.isClosed()) {
                        returned.add(Settings.of(connection));
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getCause();
                    }
                });
    }

    Queue<Settings> returned() {
        return returned;
    }

    int taken() {
        return taken.get();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
