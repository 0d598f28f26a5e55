package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import etl.core.spi.StateStoreException;
import etl.testkit.PostgresExtension;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ConnectionFailureTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void createRoles() throws Exception {
        postgres.execute("create role connection_failure_locked_out nologin password 's3cret'");
        postgres.execute("create role connection_failure_crowded login connection limit 0 password 's3cret'");
    }

    @AfterAll
    static void dropRoles() throws Exception {
        postgres.execute("drop role connection_failure_locked_out, connection_failure_crowded");
    }

    @Test
    void a_server_that_is_down_is_named() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        assertThat(failure("anna", "127.0.0.1", port, "orders"))
                .hasMessageStartingWith(
                        "cannot connect to database 'orders' at 127.0.0.1:" + port + " as user 'anna': ")
                .hasMessageContaining("the server cannot be reached; is PostgreSQL running there");
    }

    @Test
    void an_unknown_host_is_named() {
        assertThat(failure("anna", "no-such-host.invalid", 5432, "orders"))
                .hasMessageStartingWith("cannot connect to database 'orders' at no-such-host.invalid:5432")
                .hasMessageContaining("the server cannot be reached");
    }

    @Test
    void an_unknown_database_is_named() {
        URI server = URI.create(postgres.databaseUrl());
        String owner = server.getUserInfo().split(":", -1)[0];

        StateStoreException failure = catchThrowableOfType(
                StateStoreException.class,
                () -> JdbcStateStore.open(postgres.databaseUrl().replaceFirst("/[^/]*$", "/no_such_database")));

        assertThat(failure)
                .hasMessage("cannot connect to database 'no_such_database' at " + server.getHost() + ":"
                        + server.getPort() + " as user '" + owner
                        + "': the database does not exist; create it, or correct DATABASE_URL");
    }

    @Test
    void an_unknown_user_is_named() {
        assertRefused("connection_failure_nobody");
    }

    @Test
    void a_user_who_may_not_log_in_is_named() {
        assertRefused("connection_failure_locked_out");
    }

    private static void assertRefused(String user) {
        URI server = URI.create(postgres.databaseUrl());

        assertThat(failure(user, server.getHost(), server.getPort(), "postgres"))
                .hasMessage("cannot connect to database 'postgres' at " + server.getHost() + ":" + server.getPort()
                        + " as user '" + user
                        + "': the user or the password was refused; check both in DATABASE_URL");
    }

    @Test
    void a_server_without_a_free_connection_is_named() {
        URI server = URI.create(postgres.databaseUrl());

        assertThat(failure("connection_failure_crowded", server.getHost(), server.getPort(), "postgres"))
                .hasMessageContaining("the server has no connection left; raise max_connections or close some");
    }

    private static StateStoreException failure(String user, String host, int port, String database) {
        StateStoreException failure = catchThrowableOfType(
                StateStoreException.class,
                () -> JdbcStateStore.open("postgresql://" + user + ":s3cret@" + host + ":" + port + "/" + database));
        assertThat(failure).as("opening is refused").isNotNull();
        assertThat(failure.getMessage()).doesNotContain("\n");
        StringWriter log = new StringWriter();
        failure.printStackTrace(new PrintWriter(log));
        assertThat(log.toString()).doesNotContain("s3cret");
        return failure;
    }
}
