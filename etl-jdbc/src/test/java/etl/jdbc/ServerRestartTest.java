package etl.jdbc;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.RunHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server that goes away in the middle of a run, and the same one or its copy that comes after it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "signals, and the server's command line from /proc")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerRestartTest {
    private static final Duration LEASE = Duration.ofSeconds(6);

    @TempDir
    Path folder;

    @Test
    void a_run_waits_for_a_server_that_is_shut_down_and_started_again() throws Exception {
        try (KillablePostgres server = new KillablePostgres(folder.resolve("data"));
                Logged log = new Logged();
                Etl etl = Etl.builder()
                        .store(JdbcStateStore.builder(server.url()).lease(LEASE).open())
                        .build()) {
            CountedChain chain = new CountedChain(server::shutDownImmediately);

            RunHandle run = etl.submit(chain.pipeline(), Arguments.none());
            log.await("Connection to localhost:" + server.port() + " refused");
            server.start();

            chain.assertExecutedOnce(run.await().orThrow(), etl.store());
        }
    }

    @Test
    void a_run_goes_on_with_the_standby_that_is_promoted() throws Exception {
        try (KillablePostgres primary = new KillablePostgres(folder.resolve("primary"));
                StandbyPostgres standby = new StandbyPostgres(primary, folder.resolve("standby"));
                Logged log = new Logged();
                Etl etl = Etl.builder()
                        .store(JdbcStateStore.builder("jdbc:postgresql://localhost:" + primary.port() + ",localhost:"
                                        + standby.port() + "/postgres?user=postgres&password=postgres"
                                        + "&targetServerType=primary&hostRecheckSeconds=0")
                                .lease(LEASE)
                                .open())
                        .build()) {
            CountedChain chain = new CountedChain(primary::kill);

            RunHandle run = etl.submit(chain.pipeline(), Arguments.none());
            log.await("the state cannot be stored now");
            standby.promote();

            chain.assertExecutedOnce(run.await().orThrow(), etl.store());
        }
    }
}
