package etl.jdbc;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Another session, such as a person's, that has locked what a run is about to write. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConflictingSessionTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private Connection session;

    @BeforeEach
    void connect() throws SQLException {
        session = postgres.dataSource().getConnection();
    }

    @AfterEach
    void close() throws SQLException {
        session.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        }
    }

    private static DataSource host(int isolation) {
        return new HostDataSource(postgres.dataSource(), new HostDataSource.Settings(true, false, isolation));
    }

    /** What the session does about the lock when the run has come to wait for it. */
    private interface Conflict {
        void with(RunId run) throws Exception;
    }

    /** The session locks something when a task has begun, which ends then. */
    private void goesOn(DataSource source, String lock, Conflict conflict) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch locked = new CountDownLatch(1);
        CountedChain chain = new CountedChain(() -> {
            begun.countDown();
            locked.await();
        });
        JdbcStateStore store = JdbcStateStore.open(source);
        try (Etl etl = Etl.builder().store(store).build()) {
            RunHandle run = etl.submit(chain.pipeline(), Arguments.none());
            begun.await();
            while (store.tasks(run.id()).size() < 6) {
                Thread.onSpinWait();
            }
            session.setAutoCommit(false);
            execute(lock);
            locked.countDown();
            Query.awaitWaitingForALock(postgres.dataSource());
            conflict.with(run.id());

            chain.assertExecutedOnce(run.await().orThrow(), store);
        }
    }

    @Test
    void a_run_waits_for_a_table_that_a_migration_has_locked() throws Exception {
        goesOn(
                postgres.dataSource(),
                "lock table etl.pipeline_tasks in access exclusive mode",
                run -> session.rollback());
    }

    @Test
    void a_run_that_is_the_victim_of_a_deadlock_writes_again() throws Exception {
        try (Logged log = new Logged()) {
            goesOn(postgres.dataSource(), "select from etl.pipeline_tasks where task_id = 't5' for update", run -> {
                execute("set local deadlock_timeout = '1h'");
                execute("select from etl.pipeline_runs where run_id = '" + run + "' for update");
                session.rollback();
            });

            log.await("deadlock detected");
        }
    }

    @Test
    void a_run_whose_transaction_cannot_be_serialised_writes_again() throws Exception {
        try (Logged log = new Logged()) {
            goesOn(
                    host(Connection.TRANSACTION_REPEATABLE_READ),
                    "update etl.pipeline_tasks set rows_read = rows_read where task_id = 't5'",
                    run -> session.commit());

            log.await("could not serialize access due to concurrent update");
        }
    }
}
