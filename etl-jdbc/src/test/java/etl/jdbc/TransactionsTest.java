package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Pipeline;
import etl.core.RetryPolicy;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.OutputNotStorableException;
import etl.core.spi.RowCounts;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Tasks that commit what they write together with their result. */
class TransactionsTest extends TransactionsOnPostgres {
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
}
