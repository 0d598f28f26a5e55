package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.RunStoppedException;
import etl.core.TaskRef;
import etl.core.spi.RunLostException;
import etl.core.spi.StaleWriteException;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An attempt that is over commits nothing. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransactionFenceTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final PipelineBuilder orders = Pipeline.named("orders");
    private final AtomicInteger executions = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();

    @BeforeEach
    void noPayments() throws SQLException {
        Payments.clear(postgres);
    }

    /** Runs a task in whose work something happens to its run, on connections of an isolation level. */
    private long run(int isolation, String meanwhile) throws SQLException {
        HostDataSource host =
                new HostDataSource(postgres.dataSource(), new HostDataSource.Settings(true, false, isolation));
        JdbcStateStore store = JdbcStateStore.open(host);
        Transactions transactions = Transactions.in(store);
        TaskRef<Long> pay = orders.task("pay", Long.class)
                .retry(RetryPolicy.attempts(3))
                .run(context -> {
                    executions.incrementAndGet();
                    try {
                        return transactions.commit(context, connection -> {
                            Payments.pay(connection, 7);
                            postgres.execute(meanwhile + " where run_id = '" + context.runId() + "'");
                            return 7L;
                        });
                    } catch (SQLException | RuntimeException failure) {
                        thrown.compareAndSet(null, failure);
                        throw failure;
                    }
                });
        try (Etl etl = Etl.builder().store(store).build()) {
            return etl.run(orders.build()).orThrow().output(pay);
        }
    }

    @Test
    void nothing_is_committed_when_another_process_has_taken_the_run() throws Exception {
        assertThatThrownBy(() ->
                        run(Connection.TRANSACTION_READ_COMMITTED, "update etl.pipeline_runs set epoch = epoch + 1"))
                .isInstanceOf(RunStoppedException.class);

        assertThat(thrown.get())
                .isInstanceOf(RunLostException.class)
                .hasMessageContaining("another process has taken it");
        assertThat(executions).hasValue(1);
        assertThat(Payments.all(postgres.dataSource())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"attempt = attempt + 1", "state = 'PENDING'", "state = 'FAILED'", "state = 'SUCCEEDED'"})
    void nothing_is_committed_when_the_attempt_is_over(String change) throws Exception {
        assertThatThrownBy(() -> run(Connection.TRANSACTION_READ_COMMITTED, "update etl.pipeline_tasks set " + change))
                .isInstanceOf(RunStoppedException.class);

        assertThat(thrown.get())
                .isInstanceOf(StaleWriteException.class)
                .hasMessageMatching("task 'pay', attempt 1, of run .* cannot commit: its stored state has gone on");
        assertThat(Payments.all(postgres.dataSource())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE
            })
    void a_lease_may_be_prolonged_while_the_work_goes_on(int isolation) throws Exception {
        assertThat(run(isolation, "update etl.pipeline_runs set heartbeat_at = now()"))
                .isEqualTo(7);

        assertThat(executions).hasValue(1);
        assertThat(Payments.all(postgres.dataSource())).containsExactly(7L);
    }

    /** Whoever takes the run has read its tasks when the commit comes, and waits for the row of this one. */
    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void what_is_committed_while_another_process_takes_the_run_is_not_executed_again(int isolation) throws Exception {
        CountDownLatch committing = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        AtomicBoolean isWork = new AtomicBoolean();
        HostDataSource host = new HostDataSource(
                postgres.dataSource(), new HostDataSource.Settings(true, false, isolation), connection -> {
                    if (isWork.getAndSet(false)) {
                        committing.countDown();
                        awaitUninterruptibly(taken);
                    }
                    connection.commit();
                });
        JdbcStateStore store = JdbcStateStore.open(host);
        Transactions transactions = Transactions.in(store);
        TaskRef<Long> pay = orders.task("pay", Long.class).run(context -> {
            executions.incrementAndGet();
            return transactions.commit(context, connection -> {
                Payments.pay(connection, 7);
                isWork.set(true);
                return 7L;
            });
        });
        Pipeline pipeline = orders.build();
        try (Etl one = Etl.builder().store(store).build();
                Etl other = Etl.builder()
                        .store(JdbcStateStore.open(postgres.databaseUrl()))
                        .build()) {
            RunHandle lost = one.submit(pipeline, Arguments.none());
            committing.await();
            postgres.execute("update etl.pipeline_runs set lease_until = now() - interval '1 second' where run_id = '"
                    + lost.id() + "'");
            CompletableFuture<RunReport> resumed = CompletableFuture.supplyAsync(
                    () -> other.resume(lost.id(), pipeline).await().orThrow());
            Query.awaitWaitingForALock(postgres.dataSource());
            taken.countDown();

            assertThat(resumed.get().output(pay)).isEqualTo(7);
            assertThatThrownBy(lost::await).isInstanceOf(RunStoppedException.class);
        }
        assertThat(executions).hasValue(1);
        assertThat(Payments.all(postgres.dataSource())).containsExactly(7L);
    }

    /** A commit that is on its way cannot be interrupted. */
    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException interruption) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void nothing_is_committed_from_a_snapshot_in_which_the_attempt_was_not_over(int isolation) throws Exception {
        assertThatThrownBy(() -> run(isolation, "update etl.pipeline_tasks set state = 'PENDING'"))
                .isInstanceOf(RunStoppedException.class);

        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refused -> assertThat(refused.getSQLState()).isEqualTo("40001"));
        assertThat(Payments.all(postgres.dataSource())).isEmpty();
    }
}
