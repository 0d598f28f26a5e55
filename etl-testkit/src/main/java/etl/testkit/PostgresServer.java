package etl.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.postgresql.ds.PGSimpleDataSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** The server that all tests of this JVM share. */
record PostgresServer(String host, int port, String user, String password) {
    private static final String IMAGE = "postgres:18-alpine";
    private static final String TIME_ZONE = "Asia/Kolkata";

    /** Started by the first test that asks. */
    private static final class Holder {
        static final PostgresServer SERVER = hasDocker() ? container() : embedded();
    }

    private static boolean hasDocker() {
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (NoClassDefFoundError withoutTestcontainers) {
            return false;
        }
    }

    static PostgresServer running() {
        return Holder.SERVER;
    }

    @SuppressWarnings("resource")
    private static PostgresServer container() {
        PostgreSQLContainer container = new PostgreSQLContainer(DockerImageName.parse(IMAGE))
                .withCommand("postgres", "-c", "timezone=" + TIME_ZONE, "-c", "max_connections=200");
        container.start();
        return new PostgresServer(
                container.getHost(),
                container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                container.getUsername(),
                container.getPassword());
    }

    private static PostgresServer embedded() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("timezone", TIME_ZONE)
                    .setServerConfig("max_connections", "200")
                    .start();
            return new PostgresServer("localhost", server.getPort(), "postgres", "postgres");
        } catch (IOException failure) {
            throw new UncheckedIOException("the embedded PostgreSQL did not start", failure);
        }
    }

    PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {host});
        source.setPortNumbers(new int[] {port});
        source.setUser(user);
        source.setPassword(password);
        source.setDatabaseName(database);
        return source;
    }
}
