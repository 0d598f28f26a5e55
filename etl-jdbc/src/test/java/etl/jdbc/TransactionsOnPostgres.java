package etl.jdbc;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks that pay within their own transactions. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class TransactionsOnPostgres {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    final JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
    final Etl etl = Etl.builder().store(store).build();
    final Transactions transactions = Transactions.in(store);
    final PipelineBuilder orders = Pipeline.named("orders");
    final AtomicInteger executions = new AtomicInteger();

    record Paid(long amount, Instant at, Map<String, List<Integer>> parts) {}

    @BeforeEach
    void noPayments() throws SQLException {
        Payments.clear(postgres);
    }

    @AfterEach
    void close() {
        etl.close();
    }

    static List<Long> payments() throws SQLException {
        return Payments.all(postgres.dataSource());
    }

    StoredTask stored(RunReport run, String task) {
        return store.task(run.id(), task).orElseThrow();
    }
}
