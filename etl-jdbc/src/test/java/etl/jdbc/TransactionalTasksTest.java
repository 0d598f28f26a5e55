package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import etl.core.Arguments;
import etl.core.Etl;
import etl.core.ExternalRuns;
import etl.core.GenericType;
import etl.core.Pipeline;
import etl.core.RetryPolicy;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.TaskRef;
import etl.core.TaskTimeoutException;
import etl.core.spi.EngineRun;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every kind of task and run commits, and who must not is refused. */
class TransactionalTasksTest extends TransactionsOnPostgres {
    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
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
