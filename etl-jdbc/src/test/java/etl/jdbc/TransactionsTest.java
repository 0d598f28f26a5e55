package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import etl.core.Arguments;
import etl.core.Etl;
import etl.core.ExternalRuns;
import etl.core.GenericType;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.TaskTimeoutException;
import etl.core.spi.EngineRun;
import etl.core.spi.ErrorInfo;
import etl.core.spi.OutputNotStorableException;
import etl.core.spi.RowCounts;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.testkit.PostgresExtension;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks that commit what they write together with their result. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransactionsTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
    private final Etl etl = Etl.builder().store(store).build();
    private final Transactions transactions = Transactions.in(store);
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final AtomicInteger executions = new AtomicInteger();

    record Paid(long amount, Instant at, Map<String, List<Integer>> parts) {}

    @BeforeEach
    void noPayments() throws SQLException {
        Payments.clear(postgres);
    }

    @AfterEach
    void close() {
        etl.close();
    }

    private static List<Long> payments() throws SQLException {
        return Payments.all(postgres.dataSource());
    }

    private StoredTask stored(RunReport run, String task) {
        return store.task(run.id(), task).orElseThrow();
    }

    @Test
    void what_a_task_writes_is_committed_with_its_result() throws Exception {
        TaskRef<Long> pay = orders.task("pay", Long.class).run(context -> {
            context.rowsRead(2);
            return transactions.commit(context, connection -> {
                context.rowsWritten(1);
                return Payments.pay(connection, 7);
            });
        });
        TaskRef<Long> next = orders.task("next", Long.class).from(pay).run((context, paid) -> paid + 1);

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(next)).isEqualTo(8);
        assertThat(payments()).containsExactly(7L);
        assertThat(run.task(pay).rows()).isEqualTo(new RowCounts(2, 1, 0));
        assertThat(stored(run, "pay"))
                .returns(TaskState.SUCCEEDED, StoredTask::state)
                .returns(new RowCounts(2, 1, 0), StoredTask::rows)
                .satisfies(task -> assertThat(task.attempts()).hasSize(1));
        assertThat(store.output(run.id(), "pay", Long.class)).isEqualTo(7L);
    }

    @Test
    void a_resume_reads_back_what_was_committed_and_does_not_execute_it_again() throws Exception {
        Paid paid = new Paid(7, Instant.parse("2001-01-01T12:00:00.123456Z"), Map.of("a", List.of(1, 2)));
        AtomicBoolean down = new AtomicBoolean(true);
        TaskRef<Paid> pay = orders.task("pay", Paid.class)
                .run(context -> transactions.commit(context, connection -> {
                    Payments.pay(connection, paid.amount());
                    return paid;
                }));
        TaskRef<Paid> next = orders.task("next", Paid.class).from(pay).run((context, got) -> {
            if (down.get()) {
                throw new IOException("down");
            }
            return got;
        });
        Pipeline pipeline = orders.build();
        RunReport failed = etl.run(pipeline);
        down.set(false);

        RunReport resumed = etl.resume(failed.id(), pipeline).await().orThrow();

        assertThat(failed.state()).isEqualTo(RunState.FAILED);
        assertThat(resumed.output(pay)).isEqualTo(paid);
        assertThat(resumed.output(next)).isEqualTo(paid);
        assertThat(payments()).containsExactly(7L);
    }

    @Test
    void work_that_throws_leaves_nothing_and_is_retried_as_the_policy_says() throws Exception {
        TaskRef<Long> pay = orders.task("pay", Long.class)
                .retry(RetryPolicy.attempts(3).retryOn(IOException.class))
                .run(context -> transactions.commit(context, connection -> {
                    Payments.pay(connection, context.attempt());
                    if (context.attempt() < 3) {
                        throw new IOException("down in attempt " + context.attempt());
                    }
                    return 7L;
                }));

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(pay)).isEqualTo(7);
        assertThat(payments()).containsExactly(3L);
        assertThat(stored(run, "pay").attempts())
                .extracting(StoredAttempt::state)
                .containsExactly(TaskState.RETRYING, TaskState.RETRYING, TaskState.SUCCEEDED);
    }

    @Test
    void a_statement_that_the_database_refuses_leaves_nothing_even_if_its_failure_is_swallowed() throws Exception {
        orders.task("pay", Long.class)
                .run(context -> transactions.commit(context, connection -> {
                    Payments.pay(connection, 7);
                    try {
                        connection.createStatement().execute("select 1 / 0");
                    } catch (SQLException swallowed) {
                        return 8L;
                    }
                    return 7L;
                }));

        RunReport run = etl.run(orders.build());

        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error().orElseThrow().message()).contains("current transaction is aborted");
        assertThat(payments()).isEmpty();
    }

    @Test
    void a_constraint_that_is_checked_at_the_commit_leaves_nothing_and_fails_the_task() throws Exception {
        postgres.execute("alter table payments add unique (amount) deferrable initially deferred");
        orders.task("pay", Long.class)
                .run(context -> transactions.commit(context, connection -> {
                    Payments.pay(connection, 7);
                    return Payments.pay(connection, 7);
                }));

        RunReport run = etl.run(orders.build());

        assertThat(run.error().orElseThrow().message()).contains("duplicate key value");
        assertThat(payments()).isEmpty();
    }

    @Test
    void a_result_that_cannot_be_stored_leaves_nothing_and_is_not_retried() throws Exception {
        TaskRef<String> pay = orders.task("pay", String.class)
                .retry(RetryPolicy.attempts(3))
                .run(context -> transactions.commit(context, connection -> {
                    Payments.pay(connection, 7);
                    return "\0";
                }));

        RunReport run = etl.run(orders.build());

        assertThat(run.task(pay).attempts()).isEqualTo(1);
        assertThat(run.error().orElseThrow())
                .returns(OutputNotStorableException.class.getName(), ErrorInfo::type)
                .satisfies(error -> assertThat(error.message())
                        .startsWith("the output of task 'pay', declared as java.lang.String, holds a NUL character"));
        assertThat(payments()).isEmpty();
    }

    @Test
    void a_task_that_fails_after_its_commit_has_succeeded_and_is_not_executed_again() throws Exception {
        TaskRef<Long> pay = orders.task("pay", Long.class)
                .retry(RetryPolicy.attempts(3))
                .run(context -> {
                    executions.incrementAndGet();
                    transactions.commit(context, connection -> Payments.pay(connection, 7));
                    throw new IllegalStateException("too late");
                });
        TaskRef<Long> next = orders.task("next", Long.class).from(pay).run((context, paid) -> paid + 1);

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(next)).isEqualTo(8);
        assertThat(executions).hasValue(1);
        assertThat(payments()).containsExactly(7L);
    }

    @Test
    void what_was_committed_counts_if_the_task_returns_something_else() throws Exception {
        TaskRef<Long> pay = orders.task("pay", Long.class)
                .run(context -> transactions.commit(context, connection -> Payments.pay(connection, 7)) + 1);
        TaskRef<Long> next = orders.task("next", Long.class).from(pay).run((context, paid) -> paid);

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(next)).isEqualTo(7);
        assertThat(store.output(run.id(), "pay", Long.class)).isEqualTo(7L);
    }

    @Test
    void a_task_commits_once() throws Exception {
        AtomicReference<@Nullable Throwable> refused = new AtomicReference<>();
        TaskRef<Long> pay = orders.task("pay", Long.class).run(context -> {
            long first = transactions.commit(context, connection -> Payments.pay(connection, 7));
            try {
                return transactions.commit(context, connection -> Payments.pay(connection, 8));
            } catch (IllegalStateException failure) {
                refused.set(failure);
                return first;
            }
        });

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(pay)).isEqualTo(7);
        assertThat(payments()).containsExactly(7L);
        assertThat(refused.get())
                .hasMessage(
                        "task 'pay' has committed its result already; commit once, as the last thing that the task does");
    }

    @Test
    void a_task_without_an_output_commits_too() throws Exception {
        TaskRef<@Nullable Void> pay = orders.task("pay")
                .run(context -> transactions.commit(context, connection -> Payments.pay(connection, 7)));

        RunReport run = etl.run(orders.build()).orThrow();

        assertThat(run.output(pay)).isNull();
        assertThat(payments()).containsExactly(7L);
    }

    @Test
    void each_element_of_a_mapped_task_commits_its_own() throws Exception {
        AtomicBoolean down = new AtomicBoolean(true);
        TaskRef<List<Long>> amounts =
                orders.task("amounts", new GenericType<List<Long>>() {}).run(context -> List.of(1L, 2L, 3L, 4L));
        TaskRef<List<Long>> paid = orders.task("pay", Long.class)
                .mapOver(amounts)
                .run((context, amount) -> {
                    executions.incrementAndGet();
                    return transactions.commit(context, connection -> {
                        Payments.pay(connection, amount);
                        if (amount == 3 && down.get()) {
                            throw new IOException("down");
                        }
                        return amount * 10;
                    });
                });
        Pipeline pipeline = orders.build();
        RunReport failed = etl.run(pipeline);
        assertThat(payments()).containsExactly(1L, 2L, 4L);
        down.set(false);

        RunReport resumed = etl.resume(failed.id(), pipeline).await().orThrow();

        assertThat(resumed.output(paid)).containsExactly(10L, 20L, 30L, 40L);
        assertThat(payments()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(executions).hasValue(5);
    }

    @Test
    void a_task_of_a_run_that_an_engine_drives_commits_too() throws Exception {
        orders.task("pay", Long.class).retry(RetryPolicy.attempts(3)).run(context -> {
            executions.incrementAndGet();
            transactions.commit(context, connection -> Payments.pay(connection, 7));
            throw new IllegalStateException("too late");
        });
        Pipeline pipeline = orders.build();
        ExternalRuns external = etl.external();
        RunId run = external.begin(pipeline, Arguments.none(), new EngineRun("airflow", "run " + RunId.random()));

        assertThat(external.attempt(pipeline, run, "pay", 1).output()).isEqualTo(7L);
        assertThat(external.attempt(pipeline, run, "pay", 2).output()).isEqualTo(7L);
        assertThat(executions).hasValue(1);
        assertThat(payments()).containsExactly(7L);
    }

    @Test
    void an_attempt_that_has_timed_out_does_not_commit() throws Exception {
        orders.task("pay", Long.class)
                .timeout(Duration.ofMillis(100))
                .run(context -> transactions.commit(context, connection -> {
                    Payments.pay(connection, 7);
                    while (!context.isCancelled()) {
                        Thread.onSpinWait();
                    }
                    return 7L;
                }));

        RunReport run = etl.run(orders.build());

        assertThat(run.error().orElseThrow().type()).isEqualTo(TaskTimeoutException.class.getName());
        assertThat(payments()).isEmpty();
    }

    @Test
    void a_run_of_another_store_is_refused() throws Exception {
        orders.task("pay", Long.class)
                .run(context -> transactions.commit(context, connection -> Payments.pay(connection, 7)));
        try (Etl inMemory = Etl.inMemory()) {
            RunReport run = inMemory.run(orders.build());

            assertThat(run.error().orElseThrow())
                    .hasToString("java.lang.IllegalStateException: run " + run.id()
                            + " is not executed with this store (JdbcStateStore in schema 'etl'), so a task of it cannot"
                            + " commit there; give Transactions.in the store that the Etl has");
        }
        assertThat(payments()).isEmpty();
    }

    @Test
    void the_start_is_stored_before_the_work_begins() throws Exception {
        CountDownLatch committing = new CountDownLatch(1);
        HostDataSource host = new HostDataSource(
                postgres.dataSource(),
                new HostDataSource.Settings(true, false, Connection.TRANSACTION_READ_COMMITTED),
                connection -> {
                    if (Thread.currentThread().getName().equals("etl-state-writer")) {
                        await(committing);
                    }
                    connection.commit();
                });
        JdbcStateStore slow = JdbcStateStore.open(host);
        Transactions slowly = Transactions.in(slow);
        TaskRef<String> pay = orders.task("pay", String.class).run(context -> {
            assertThat(slow.task(context.runId(), "pay")).isEmpty();
            committing.countDown();
            return slowly.commit(
                    context,
                    connection -> slow.task(context.runId(), "pay")
                            .orElseThrow()
                            .state()
                            .name());
        });

        try (Etl slowEtl = Etl.builder().store(slow).build()) {
            assertThat(slowEtl.run(orders.build()).orThrow().output(pay)).isEqualTo("RUNNING");
        }
    }

    @Test
    void a_small_pool_of_the_host_serves_many_commits_at_once() throws Exception {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(postgres.dataSource());
            pool.setMaximumPoolSize(2);
            JdbcStateStore small = JdbcStateStore.open(pool);
            Transactions few = Transactions.in(small);
            TaskRef<List<Long>> amounts = orders.task("amounts", new GenericType<List<Long>>() {})
                    .run(context -> LongStream.range(0, 200).boxed().toList());
            TaskRef<List<Long>> paid = orders.task("pay", Long.class)
                    .mapOver(amounts)
                    .run((context, amount) -> few.commit(context, connection -> Payments.pay(connection, amount)));
            try (Etl parallel = Etl.builder().store(small).parallelism(16).build()) {
                assertThat(parallel.run(orders.build()).orThrow().output(paid)).hasSize(200);
            }
        }

        assertThat(payments()).hasSize(200).doesNotHaveDuplicates();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void work_may_undo_a_part_of_itself() throws Exception {
        orders.task("pay", Long.class)
                .run(context -> transactions.commit(context, connection -> {
                    Payments.pay(connection, 7);
                    Savepoint before = connection.setSavepoint();
                    Payments.pay(connection, 8);
                    connection.rollback(before);
                    return Payments.pay(connection, 9);
                }));

        etl.run(orders.build()).orThrow();

        assertThat(payments()).containsExactly(7L, 9L);
    }
}
