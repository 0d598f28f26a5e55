package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunId;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.TaskChange;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that somebody deletes by hand, with a statement of their own. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeletedRunTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static List<Long> taskRuns(String schema) throws SQLException {
        return Query.longs(postgres.dataSource(), "select count(*) from \"" + schema + "\".pipeline_tasks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobs", "order"})
    void its_task_runs_go_with_it_and_no_others(String schema) throws Exception {
        try (JdbcStateStore store = JdbcStateStore.builder(postgres.dataSource())
                        .schema(schema)
                        .open();
                Etl etl = Etl.builder().store(store).build()) {
            PipelineBuilder orders = Pipeline.named("orders");
            orders.task("load").run(context -> {});
            orders.task("clean").run(context -> {});
            Pipeline pipeline = orders.build();
            RunId deleted = etl.run(pipeline).orThrow().id();
            RunId kept = etl.run(pipeline).orThrow().id();

            postgres.execute("delete from \"" + schema + "\".pipeline_runs where run_id = '" + deleted + "'");

            assertThat(taskRuns(schema)).containsExactly(2L);
            assertThat(store.tasks(kept)).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void what_is_being_written_while_it_is_deleted_goes_with_it(int taskRuns) throws Exception {
        try (JdbcStateStore store = JdbcStateStore.open(postgres.dataSource());
                Connection writing = postgres.dataSource().getConnection()) {
            RunId run = StoredRuns.create(store);
            writing.setAutoCommit(false);
            write(store.database(), writing, run, taskRuns);
            CompletableFuture<Integer> deleted = new CompletableFuture<>();
            try (Connection deleting = postgres.dataSource().getConnection();
                    Statement delete = deleting.createStatement()) {
                Thread thread = new Thread(() -> {
                    try {
                        deleted.complete(
                                delete.executeUpdate("delete from etl.pipeline_runs where run_id = '" + run + "'"));
                    } catch (SQLException failure) {
                        deleted.completeExceptionally(failure);
                    }
                });
                thread.start();
                Query.awaitWaitingForALock(postgres.dataSource());
                writing.commit();

                assertThat(deleted.get()).isEqualTo(1);
            }
            assertThat(taskRuns("etl")).containsExactly(0L);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void a_transaction_that_would_not_see_what_is_being_written_may_not_delete_it(int isolation) throws Exception {
        try (JdbcStateStore store = JdbcStateStore.open(postgres.dataSource());
                Connection writing = postgres.dataSource().getConnection();
                Connection deleting = postgres.dataSource().getConnection();
                Statement delete = deleting.createStatement()) {
            RunId run = StoredRuns.create(store);
            deleting.setTransactionIsolation(isolation);
            deleting.setAutoCommit(false);
            delete.execute("select 1");
            write(store.database(), writing, run, 1);

            assertThatThrownBy(() -> delete.executeUpdate("delete from etl.pipeline_runs where run_id = '" + run + "'"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("runs cannot be deleted at isolation level")
                    .hasMessageContaining("begin isolation level read committed");

            deleting.rollback();
            assertThat(store.find(run)).isPresent();
            assertThat(store.tasks(run)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void a_purge_may_delete_it_on_a_host_whose_connections_are_strict(int isolation) throws Exception {
        HostDataSource host =
                new HostDataSource(postgres.dataSource(), new HostDataSource.Settings(true, false, isolation));
        String schema = "strict_" + isolation;
        try (JdbcStateStore store = JdbcStateStore.builder(host).schema(schema).open()) {
            RunId run = StoredRuns.create(store);
            try (Connection writing = host.getConnection()) {
                write(store.database(), writing, run, 2);
            }
            postgres.execute(
                    "update " + schema
                            + ".pipeline_runs set state = 'FAILED', owner = null, lease_until = null, ended_at = now() - interval '2 days'");

            assertThat(store.purge(Retention.of(Duration.ofDays(1)))).isEqualTo(new Purged(1, 2));
            assertThat(taskRuns(schema)).containsExactly(0L);
        }
    }

    @Test
    void nothing_is_written_to_it_afterwards() throws Exception {
        try (JdbcStateStore store = JdbcStateStore.open(postgres.dataSource());
                Connection connection = postgres.dataSource().getConnection()) {
            RunId run = StoredRuns.create(store);
            postgres.execute("delete from etl.pipeline_runs where run_id = '" + run + "'");

            write(store.database(), connection, run, 1);
            write(store.database(), connection, run, 2);

            assertThat(taskRuns("etl")).containsExactly(0L);
        }
    }

    private static void write(Database database, Connection connection, RunId run, int taskRuns) throws SQLException {
        TaskUpsert upsert = TaskUpsert.begun(database);
        List<TaskRow> rows = IntStream.range(0, taskRuns)
                .mapToObj(number -> new TaskRow(null, started(run, "t" + number)))
                .toList();
        if (taskRuns == 1) {
            upsert.write(connection, rows.get(0));
        } else {
            upsert.write(connection, rows);
        }
    }

    private static TaskWrite started(RunId run, String task) {
        TaskChange start = TaskChange.started(task, 1, Instant.EPOCH);
        return new TaskWrite(run, null, start, null, new Told());
    }
}
