package etl.benchmarks.durable;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The PostgreSQL on which everything is measured, with a connection to look at its counters. */
final class Server implements AutoCloseable {
    private static final Map<String, String> DURABLE =
            Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on");

    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private final String host;
    private final int port;
    private final String user;
    private final String password;
    private final Connection admin;
    private final Optional<EmbeddedPostgres> embedded;
    private int databases;

    private Server(
            String host, int port, String user, String password, String database, Optional<EmbeddedPostgres> embedded)
            throws SQLException {
        this.host = host;
        this.port = port;
        this.user = user;
        this.password = password;
        this.embedded = embedded;
        this.admin = DriverManager.getConnection(jdbcUrl(database), user, password);
        checkDurability();
    }

    /** Embedded binaries with PostgreSQL's own defaults, where the library that starts them would not wait for the disk. */
    static Server embedded() throws IOException, SQLException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
        DURABLE.forEach(builder::setServerConfig);
        EmbeddedPostgres started = builder.start();
        return new Server("localhost", started.getPort(), "postgres", "postgres", "postgres", Optional.of(started));
    }

    /** Fails where the files of an embedded server would be in memory. */
    static void checkDisk() throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        String type = Files.getFileStore(folder).type();
        if (IN_MEMORY.contains(type)) {
            throw new IllegalStateException("PostgreSQL's files would be in " + folder + ", which is of type " + type
                    + " and keeps nothing; name a folder on a disk by -Djava.io.tmpdir, or a server by --url");
        }
    }

    /**
     * A server that runs already.
     *
     * @param url of the form {@code postgresql://user:password@host:port/database}, of a user who may create databases,
     *     run checkpoints and read all statistics
     */
    static Server at(String url) throws SQLException {
        URI parsed = URI.create(url);
        String[] credentials = parsed.getUserInfo() == null
                ? new String[0]
                : parsed.getUserInfo().split(":", 2);
        if (credentials.length < 2
                || parsed.getHost() == null
                || parsed.getPath().length() < 2) {
            throw new IllegalArgumentException("the URL has to be postgresql://user:password@host:port/database");
        }
        return new Server(
                parsed.getHost(),
                parsed.getPort() < 0 ? 5432 : parsed.getPort(),
                credentials[0],
                credentials[1],
                parsed.getPath().substring(1),
                Optional.empty());
    }

    private void checkDurability() throws SQLException {
        for (Map.Entry<String, String> setting : DURABLE.entrySet()) {
            String found = text("show " + setting.getKey());
            if (!found.equals(setting.getValue())) {
                throw new IllegalStateException(setting.getKey() + " is " + found + " on this server; commits would not"
                        + " cost what they cost where nothing may be lost. Set it to " + setting.getValue());
            }
        }
    }

    /** What the figures depend on. */
    Map<String, String> settings() throws SQLException {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String name : new String[] {
            "server_version",
            "fsync",
            "synchronous_commit",
            "full_page_writes",
            "wal_sync_method",
            "commit_delay",
            "shared_buffers",
            "max_wal_size"
        }) {
            settings.put(name, text("show " + name));
        }
        return settings;
    }

    Database create() throws SQLException {
        Database database = new Database(this, "durable_" + ++databases);
        execute("drop database if exists " + database.name());
        execute("create database " + database.name());
        return database;
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    String text(String query) throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    long number(String query) throws SQLException {
        return Long.parseLong(text(query));
    }

    /** Where the write-ahead log ends. */
    long walPosition() throws SQLException {
        return number("select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint");
    }

    int majorVersion() throws SQLException {
        return admin.getMetaData().getDatabaseMajorVersion();
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    @Override
    public void close() throws SQLException, IOException {
        admin.close();
        if (embedded.isPresent()) {
            embedded.get().close();
        }
    }
}
