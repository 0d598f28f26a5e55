package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Mark;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.spi.StoredSchedule;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host whose connections come with a strict isolation level, and another session that changes the same row meanwhile. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SerializableHostTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static JdbcStateStore store(int isolation) {
        return JdbcStateStore.open(
                new HostDataSource(postgres.dataSource(), new HostDataSource.Settings(true, false, isolation)));
    }

    /** What the action returns, which comes to wait for a row that another session changes, and commits then. */
    private static <T> T whileChanged(String change, Callable<T> action) throws Exception {
        try (Connection session = postgres.dataSource().getConnection();
                Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute(change);
            FutureTask<T> result = new FutureTask<>(action);
            new Thread(result).start();
            Query.awaitWaitingForALock(postgres.dataSource());
            session.commit();
            return result.get();
        }
    }

    private static String heartbeat(RunId run) {
        return "update etl.pipeline_runs set heartbeat_at = now() where run_id = '" + run + "'";
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void a_run_whose_lease_is_being_prolonged_is_cancelled(int isolation) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        PipelineBuilder builder = Pipeline.named("endless");
        builder.task("wait").run(context -> {
            begun.countDown();
            new CountDownLatch(1).await();
        });
        JdbcStateStore store = store(isolation);
        try (Etl etl = Etl.builder().store(store).build()) {
            RunHandle run = etl.submit(builder.build(), Arguments.none());
            begun.await();

            assertThat(whileChanged(heartbeat(run.id()), () -> store.requestCancel(run.id())))
                    .isTrue();
            assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void a_task_of_a_run_that_somebody_else_changes_is_marked(int isolation) throws Exception {
        PipelineBuilder builder = Pipeline.named("refused");
        TaskRef<Void> fail = builder.task("fail").run(context -> {
            throw new IllegalStateException("refused");
        });
        Pipeline pipeline = builder.build();
        JdbcStateStore store = store(isolation);
        try (Etl etl = Etl.builder().store(store).build()) {
            RunId run = etl.run(pipeline).id();

            whileChanged(heartbeat(run), () -> {
                etl.control().mark(run, pipeline, Mark.succeeded(fail));
                return run;
            });

            assertThat(etl.resume(run, pipeline).await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void of_two_processes_that_advance_a_schedule_at_once_neither_fails(int isolation) throws Exception {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        String name = "nightly" + isolation;
        JdbcStateStore store = store(isolation);
        store.schedules().register(new StoredSchedule(name, "load", "cron 0 3 * * *", start, start, false));

        boolean first = whileChanged(
                "update etl.pipeline_schedules set handled_until = '2026-01-01T03:00:00Z' where name = '" + name + "'",
                () -> store.schedules().advance(name, Instant.parse("2026-01-01T03:00:00Z")));

        assertThat(first).isFalse();
        assertThat(store.schedules().advance(name, Instant.parse("2026-01-02T03:00:00Z")))
                .isTrue();
    }
}
