package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.RunHandle;
import etl.core.RunStoppedException;
import etl.testkit.PostgresExtension;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

/** A server whose answers take long, or do not come at all although its connections stay open. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowNetworkTest {
    private static final Duration LEASE = Duration.ofSeconds(2);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void a_run_goes_on_although_every_message_takes_long() throws Exception {
        try (TcpProxy network = new TcpProxy(postgres.databaseUrl());
                Etl etl = Etl.builder()
                        .store(JdbcStateStore.builder(network.url())
                                .lease(Duration.ofSeconds(10))
                                .open())
                        .build()) {
            CountedChain chain = new CountedChain(() -> network.delay(Duration.ZERO));
            network.delay(Duration.ofMillis(50));

            chain.assertExecutedOnce(etl.run(chain.pipeline()).orThrow(), etl.store());
        }
    }

    @Test
    void a_run_waits_for_a_server_that_does_not_answer() throws Exception {
        try (TcpProxy network = new TcpProxy(postgres.databaseUrl());
                Logged log = new Logged();
                Etl etl = Etl.builder()
                        .store(JdbcStateStore.builder(network.url())
                                .lease(LEASE)
                                .open())
                        .build()) {
            CountedChain chain = new CountedChain(network::stall);

            RunHandle run = etl.submit(chain.pipeline(), Arguments.none());
            log.await("leases of runs could not be prolonged");
            network.goOn();

            chain.assertExecutedOnce(run.await().orThrow(), etl.store());
        }
    }

    @Test
    void a_run_stops_when_the_server_of_its_own_pool_stays_silent() throws Exception {
        try (TcpProxy network = new TcpProxy(postgres.databaseUrl())) {
            stopsAndGoesOn(network, JdbcStateStore.builder(network.url()));
        }
    }

    @Test
    void a_run_stops_when_the_server_of_the_hosts_data_source_stays_silent() throws Exception {
        try (TcpProxy network = new TcpProxy(postgres.databaseUrl())) {
            stopsAndGoesOn(network, JdbcStateStore.builder(host(network)));
        }
    }

    /** Gives up connecting, but waits for an answer for ever. */
    private static DataSource host(TcpProxy network) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(DatabaseUrl.parse(network.url()).jdbcUrl());
        source.setUser("postgres");
        source.setPassword("postgres");
        source.setLoginTimeout(1);
        return source;
    }

    private static void stopsAndGoesOn(TcpProxy network, JdbcStateStoreBuilder store) throws Exception {
        CountDownLatch silent = new CountDownLatch(1);
        CountedChain chain = new CountedChain(() -> {
            network.stall();
            silent.countDown();
        });
        try (Etl etl = Etl.builder().store(store.lease(LEASE).open()).build()) {
            RunHandle run = etl.submit(chain.pipeline(), Arguments.none());
            silent.await();

            assertThatThrownBy(run::await)
                    .isInstanceOf(RunStoppedException.class)
                    .hasMessageContaining("its lease could not be prolonged for PT1.6S")
                    .hasMessageContaining("resume it with resume(" + run.id() + ")");
            network.goOn();

            etl.resume(run.id(), chain.pipeline()).await().orThrow();
        }
    }
}
