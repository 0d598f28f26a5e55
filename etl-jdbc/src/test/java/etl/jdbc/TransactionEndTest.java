package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Etl;
import etl.core.NotRetryableException;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunReport;
import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** Work cannot end its transaction, and its connection comes back as it was. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransactionEndTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final PipelineBuilder orders = Pipeline.named("orders");

    /** Something that would end a transaction. */
    interface End {
        void of(Connection connection) throws SQLException;
    }

    private static final Map<String, End> ENDS = Map.of(
            "commit()", Connection::commit,
            "rollback()", Connection::rollback,
            "close()", Connection::close,
            "abort()", connection -> connection.abort(Runnable::run),
            "setAutoCommit()", connection -> connection.setAutoCommit(true));

    static Stream<String> ends() {
        return ENDS.keySet().stream();
    }

    @BeforeEach
    void noPayments() throws SQLException {
        Payments.clear(postgres);
    }

    private static List<Long> payments() throws SQLException {
        return Payments.all(postgres.dataSource());
    }

    private RunReport run(TransactionalWork<Long, RuntimeException> work) {
        JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
        Transactions transactions = Transactions.in(store);
        orders.task("pay", Long.class)
                .retry(RetryPolicy.attempts(2))
                .run(context -> transactions.commit(context, work));
        try (Etl etl = Etl.builder().store(store).build()) {
            return etl.run(orders.build());
        }
    }

    @ParameterizedTest
    @MethodSource("ends")
    void a_call_that_would_end_the_transaction_is_refused(String end) throws Exception {
        RunReport run = run(connection -> {
            Payments.pay(connection, 7);
            ENDS.get(end).of(connection);
            return 7L;
        });

        assertThat(run.error().orElseThrow())
                .hasToString("java.sql.SQLException: " + end + " is refused: the transaction is ended together with the"
                        + " result of the task, and rolled back if the work throws");
        assertThat(payments()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("ends")
    void work_that_goes_on_after_such_a_call_is_not_committed_and_not_retried(String end) throws Exception {
        RunReport run = run(connection -> {
            Payments.pay(connection, 7);
            try {
                ENDS.get(end).of(connection);
            } catch (SQLException swallowed) {
                return Payments.pay(connection, 8);
            }
            return 7L;
        });

        assertThat(run.tasks().get(0))
                .returns(TaskState.FAILED, TaskReport::state)
                .returns(1, TaskReport::attempts);
        assertThat(run.error().orElseThrow())
                .returns(NotRetryableException.class.getName(), ErrorInfo::type)
                .returns(
                        "the work of task 'pay' has called " + end
                                + " on its connection, so nothing is committed; leave the end to Transactions.commit",
                        ErrorInfo::message);
        assertThat(payments()).isEmpty();
    }

    @Test
    void a_transaction_that_was_ended_by_sql_is_noticed() throws Exception {
        RunReport run = run(connection -> {
            Payments.pay(connection, 7);
            connection.createStatement().execute("commit");
            return Payments.pay(connection, 8);
        });

        assertThat(run.tasks().get(0).attempts()).isEqualTo(1);
        assertThat(run.error().orElseThrow().message())
                .startsWith("the work of task 'pay' has ended its transaction by itself");
        assertThat(payments()).containsExactly(7L);
    }

    @Test
    void a_transaction_that_was_ended_by_the_drivers_connection_is_noticed() throws Exception {
        RunReport run = run(connection -> {
            Payments.pay(connection, 7);
            ((Connection) connection.unwrap(PGConnection.class)).rollback();
            return Payments.pay(connection, 8);
        });

        assertThat(run.error().orElseThrow().message()).contains("has ended its transaction by itself");
        assertThat(payments()).isEmpty();
    }

    @Test
    void the_connection_serves_the_work_only() throws Exception {
        AtomicReference<@Nullable Connection> kept = new AtomicReference<>();
        run(connection -> {
                    assertThat(connection.isClosed()).isFalse();
                    kept.set(connection);
                    return 7L;
                })
                .orThrow();
        Connection connection = kept.get();

        assertThat(connection.isClosed()).isTrue();
        assertThat(connection.isValid(1)).isFalse();
        assertThatThrownBy(connection::createStatement)
                .isInstanceOf(SQLException.class)
                .hasMessage("the connection was lent for the work of a task, which is over");
        connection.close();
    }

    static List<HostDataSource.Settings> settings() {
        return HostDataSourceTest.settings();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void connections_come_back_with_the_settings_they_came_with(HostDataSource.Settings settings) throws Exception {
        try (HostDataSource host = new HostDataSource(postgres.dataSource(), settings)) {
            JdbcStateStore store = JdbcStateStore.open(host);
            Transactions transactions = Transactions.in(store);
            TaskRef<Integer> pay = orders.task("pay", Integer.class)
                    .retry(RetryPolicy.attempts(2))
                    .run(context -> transactions.commit(context, connection -> {
                        Payments.pay(connection, context.attempt());
                        connection.setAutoCommit(false);
                        assertThatThrownBy(() -> connection.setReadOnly(true)).isInstanceOf(SQLException.class);
                        assertThatThrownBy(() ->
                                        connection.setTransactionIsolation(Connection.TRANSACTION_READ_UNCOMMITTED))
                                .isInstanceOf(SQLException.class);
                        if (context.attempt() == 1) {
                            throw new IllegalStateException("rolled back");
                        }
                        return connection.getTransactionIsolation();
                    }));
            try (Etl etl = Etl.builder().store(store).build()) {
                assertThat(etl.run(orders.build()).orThrow().output(pay)).isEqualTo(settings.isolation());
            }

            assertThat(payments()).containsExactly(2L);
            assertThat(host.returned()).hasSize(host.taken()).isNotEmpty().containsOnly(settings);
        }
    }
}
