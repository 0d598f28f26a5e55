package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import etl.core.Arguments;
import etl.core.Etl;
import etl.core.RunHandle;
import etl.core.RunStoppedException;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A pool of the host, of which the host itself takes every connection in the middle of a run. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExhaustedPoolTest {
    private static final int CONNECTIONS = 2;
    private static final Duration LEASE = Duration.ofSeconds(2);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final List<Connection> taken = new ArrayList<>();
    private HikariDataSource pool;

    @BeforeEach
    void open() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("host");
        config.setDataSource(postgres.dataSource());
        config.setMaximumPoolSize(CONNECTIONS);
        pool = new HikariDataSource(config);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private void takeAll() throws SQLException {
        while (taken.size() < CONNECTIONS) {
            taken.add(pool.getConnection());
        }
    }

    private void giveBack() throws SQLException {
        for (Connection connection : taken) {
            connection.close();
        }
        taken.clear();
    }

    private Etl etl(Duration lease) {
        return Etl.builder()
                .store(JdbcStateStore.builder(pool).lease(lease).open())
                .build();
    }

    @Test
    void a_run_waits_for_connections_and_says_how_full_the_pool_is() throws Exception {
        CountedChain chain = new CountedChain(this::takeAll);
        try (Logged log = new Logged();
                Etl etl = etl(LEASE)) {
            RunHandle run = etl.submit(chain.pipeline(), Arguments.none());
            assertThat(log.await("leases of runs could not be prolonged for PT0.8S"))
                    .contains(
                            "and as long after that the runs stop; connections: host (total=2, active=2, idle=0, waiting=");
            giveBack();

            chain.assertExecutedOnce(run.await().orThrow(), etl.store());
        }
    }

    @Test
    void a_run_that_waits_for_too_long_stops_and_keeps_what_has_finished() throws Exception {
        CountedChain chain = new CountedChain(this::takeAll);
        try (Logged log = new Logged();
                Etl etl = etl(LEASE)) {
            RunHandle run = etl.submit(chain.pipeline(), Arguments.none());
            log.await("its lease could not be prolonged for PT1.6S");
            giveBack();

            assertThatThrownBy(run::await)
                    .isInstanceOf(RunStoppedException.class)
                    .hasMessageContaining("was stopped: ")
                    .hasMessageContaining("connections: host (total=2, active=2, idle=0, waiting=")
                    .hasMessageContaining("resume it with resume(" + run.id() + ")");
            chain.assertExecutedOnce(
                    etl.resume(run.id(), chain.pipeline()).await().orThrow(), etl.store());
        }
    }
}
