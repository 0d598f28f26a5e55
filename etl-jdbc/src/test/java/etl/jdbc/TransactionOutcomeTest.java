package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunStoppedException;
import etl.core.TaskRef;
import etl.core.TaskReport;
import etl.core.TaskState;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The connection is lost when the commit is sent. */
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransactionOutcomeTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final PipelineBuilder orders = Pipeline.named("orders");
    private final AtomicInteger executions = new AtomicInteger();
    private final AtomicReference<@Nullable Thread> committing = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();

    @BeforeEach
    void noPayments() throws SQLException {
        Payments.clear(postgres);
    }

    /** True for the first commit of the task's own transaction, and for no other one. */
    private boolean isTheTasksCommit() {
        return committing.compareAndSet(Thread.currentThread(), null);
    }

    private static SQLException lost() {
        return new SQLException("the connection was lost while the commit was under way", "08006");
    }

    private TaskRef<Long> pay(JdbcStateStore store) {
        Transactions transactions = Transactions.in(store);
        return orders.task("pay", Long.class).retry(RetryPolicy.attempts(3)).run(context -> {
            try {
                return transactions.commit(context, connection -> {
                    if (executions.incrementAndGet() == 1) {
                        committing.set(Thread.currentThread());
                    }
                    return Payments.pay(connection, context.attempt());
                });
            } catch (SQLException | RuntimeException failure) {
                thrown.compareAndSet(null, failure);
                throw failure;
            }
        });
    }

    private static HostDataSource host(HostDataSource.Commit commit) {
        return new HostDataSource(
                postgres.dataSource(),
                new HostDataSource.Settings(true, false, Connection.TRANSACTION_READ_COMMITTED),
                commit);
    }

    @Test
    void a_commit_that_has_happened_is_found() throws Exception {
        JdbcStateStore store = JdbcStateStore.open(host(connection -> {
            connection.commit();
            if (isTheTasksCommit()) {
                throw lost();
            }
        }));
        TaskRef<Long> pay = pay(store);

        try (Etl etl = Etl.builder().store(store).build()) {
            RunReport run = etl.run(orders.build()).orThrow();

            assertThat(run.output(pay)).isEqualTo(1);
            assertThat(run.task(pay).attempts()).isEqualTo(1);
        }
        assertThat(committing.get()).isNull();
        assertThat(executions).hasValue(1);
        assertThat(Payments.all(postgres.dataSource())).containsExactly(1L);
    }

    @Test
    void a_commit_that_has_not_happened_is_left_to_the_retry_policy() throws Exception {
        JdbcStateStore store = JdbcStateStore.open(host(connection -> {
            if (isTheTasksCommit()) {
                throw lost();
            }
            connection.commit();
        }));
        TaskRef<Long> pay = pay(store);

        try (Etl etl = Etl.builder().store(store).build()) {
            RunReport run = etl.run(orders.build()).orThrow();

            assertThat(run.task(pay)).returns(2, TaskReport::attempts).returns(TaskState.SUCCEEDED, TaskReport::state);
        }
        assertThat(thrown.get()).isInstanceOf(SQLException.class).hasMessage(lost().getMessage());
        assertThat(Payments.all(postgres.dataSource())).containsExactly(2L);
    }

    @Test
    void a_transaction_that_the_server_still_holds_open_is_ended() throws Exception {
        AtomicBoolean cut = new AtomicBoolean();
        JdbcStateStore store = JdbcStateStore.open(losing(cut));
        TaskRef<Long> pay = pay(store);

        try (Etl etl = Etl.builder().store(store).build()) {
            RunReport run = etl.run(orders.build()).orThrow();

            assertThat(run.task(pay).attempts()).isEqualTo(2);
        }
        assertThat(cut).isTrue();
        assertThat(Payments.all(postgres.dataSource())).containsExactly(2L);
    }

    /** Connections of which one, when it is to commit the task's work, is cut without the server noticing. */
    private DataSource losing(AtomicBoolean cut) {
        return proxy(DataSource.class, (source, asked, nothing) -> {
            Connection connection = postgres.dataSource().getConnection();
            AtomicBoolean lost = new AtomicBoolean();
            return proxy(Connection.class, (self, method, arguments) -> {
                if (method.getName().equals("commit") && isTheTasksCommit()) {
                    lost.set(true);
                    cut.set(true);
                }
                if (lost.get()) {
                    throw lost();
                }
                try {
                    return method.invoke(connection, arguments);
                } catch (InvocationTargetException failure) {
                    throw failure.getCause();
                }
            });
        });
    }

    private static <T> T proxy(Class<T> type, java.lang.reflect.InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Test
    void an_outcome_that_cannot_be_found_out_stops_the_run_and_a_resume_keeps_what_was_committed() throws Exception {
        AtomicBoolean down = new AtomicBoolean();
        HostDataSource connections = host(connection -> {
            connection.commit();
            if (isTheTasksCommit()) {
                down.set(true);
                throw lost();
            }
        });
        DataSource host = proxy(DataSource.class, (source, asked, nothing) -> {
            String thread = Thread.currentThread().getName();
            if (down.get() && !thread.equals("etl-state-writer") && !thread.equals("etl-leases")) {
                throw new SQLException("the server does not answer", "08001");
            }
            return connections.getConnection();
        });
        JdbcStateStore store =
                JdbcStateStore.builder(host).lease(Duration.ofSeconds(1)).open();
        TaskRef<Long> pay = pay(store);
        Pipeline pipeline = orders.build();

        try (Etl etl = Etl.builder().store(store).build()) {
            RunId stopped = stopped(etl, pipeline);
            down.set(false);
            RunReport resumed = etl.resume(stopped, pipeline).await().orThrow();

            assertThat(thrown.get())
                    .isInstanceOf(StateStoreException.class)
                    .hasMessageContaining("it cannot be found out whether the commit of task 'pay', attempt 1, of run "
                            + stopped + " has happened");
            assertThat(resumed.output(pay)).isEqualTo(1);
            assertThat(store.task(stopped, "pay").orElseThrow()).returns(1, StoredTask::attempt);
        }
        assertThat(Payments.all(postgres.dataSource())).containsExactly(1L);
    }

    private static RunId stopped(Etl etl, Pipeline pipeline) {
        AtomicReference<@Nullable RunId> stopped = new AtomicReference<>();
        assertThatThrownBy(() -> etl.run(pipeline))
                .isInstanceOfSatisfying(RunStoppedException.class, failure -> stopped.set(failure.runId()));
        return stopped.get();
    }
}
