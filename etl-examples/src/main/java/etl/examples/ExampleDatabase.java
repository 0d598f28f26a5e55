package etl.examples;

import etl.jdbc.DatabaseUrl;
import etl.jdbc.JdbcStateStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The database of {@code DATABASE_URL}, or an embedded PostgreSQL whose data outlives the process. */
final class ExampleDatabase implements AutoCloseable {
    private final String url;
    private final Optional<EmbeddedServer> server;

    private ExampleDatabase(String url, Optional<EmbeddedServer> server) {
        this.url = url;
        this.server = server;
    }

    static ExampleDatabase open(Map<String, String> environment, Path home) {
        String given = environment.getOrDefault("DATABASE_URL", "").trim();
        if (!given.isEmpty()) {
            return new ExampleDatabase(given, Optional.empty());
        }
        EmbeddedServer server = EmbeddedServer.open(home.resolve("postgres"));
        return new ExampleDatabase(server.url(), Optional.of(server));
    }

    JdbcStateStore store(boolean migrate) {
        try {
            return JdbcStateStore.builder(url).migrate(migrate).open();
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    String url() {
        return url;
    }

    /** For people, without a password: that of the embedded server has none. */
    String whereTheTablesAre() {
        return server.isPresent()
                ? "look into the tables with: psql '" + url + "' (while --serve is on)"
                : "the tables are in " + DatabaseUrl.parse(url);
    }

    @Override
    public void close() {
        server.ifPresent(EmbeddedServer::close);
    }
}
