package etl.jdbc;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.RunHandle;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server that answers, but for a while takes no writes, or no connections. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DatabaseTroubleTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private Connection migration;

    @BeforeEach
    void connect() throws SQLException {
        migration = postgres.dataSource().getConnection();
    }

    @AfterEach
    void close() throws SQLException {
        migration.close();
    }

    /** Settings of a database are those of the connections that are opened from then on. */
    private static void set(String setting) throws SQLException {
        alter("set " + setting);
        postgres.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                + " where datname = current_database() and application_name = 'etl'");
    }

    private static void alter(String how) throws SQLException {
        String database = Query.strings(postgres.dataSource(), "select current_database()")
                .get(0);
        postgres.execute("begin read write; alter database " + database + " " + how + "; commit");
    }

    /** Neither the task that has finished nor any other one is executed again, and all of it is recorded. */
    private static void waits(String url, CountedChain.Trouble begin, String told, CountedChain.Trouble end)
            throws Exception {
        JdbcStateStore store =
                JdbcStateStore.builder(url).lease(Duration.ofSeconds(6)).open();
        try (Logged log = new Logged();
                Etl etl = Etl.builder().store(store).build()) {
            CountedChain chain = new CountedChain(begin);
            RunHandle run = etl.submit(chain.pipeline(), Arguments.none());
            try {
                log.await(told);
            } finally {
                end.make();
            }

            chain.assertExecutedOnce(run.await().orThrow(), store);
        }
    }

    private void lockTasks() throws SQLException {
        migration.setAutoCommit(false);
        try (Statement lock = migration.createStatement()) {
            lock.execute("lock table etl.pipeline_tasks in access exclusive mode");
        }
    }

    @Test
    void a_run_waits_for_a_server_that_is_read_only_and_does_not_keep_its_connections() throws Exception {
        waits(
                postgres.databaseUrl(),
                () -> set("default_transaction_read_only = on"),
                "in a read-only transaction",
                () -> alter("reset default_transaction_read_only"));
    }

    @Test
    void a_run_waits_while_its_statements_take_too_long() throws Exception {
        waits(
                postgres.databaseUrl(),
                () -> {
                    set("statement_timeout = '50ms'");
                    lockTasks();
                },
                "canceling statement due to statement timeout",
                () -> {
                    alter("reset statement_timeout");
                    migration.rollback();
                });
    }

    @Test
    void a_run_waits_for_the_lock_of_a_migration_although_locks_have_a_timeout() throws Exception {
        waits(
                postgres.databaseUrl(),
                () -> {
                    set("lock_timeout = '50ms'");
                    lockTasks();
                },
                "canceling statement due to lock timeout",
                () -> {
                    alter("reset lock_timeout");
                    migration.rollback();
                });
    }

    @Test
    void a_run_waits_while_the_server_has_no_connection_for_it() throws Exception {
        postgres.execute("create role crowded login password 'crowded'");
        JdbcStateStore.open(postgres.databaseUrl()).close();
        postgres.execute("grant usage on schema etl to crowded; grant all on all tables in schema etl to crowded");
        waits(
                postgres.databaseUrl().replaceFirst("//[^@]*@", "//crowded:crowded@"),
                () -> postgres.execute("alter role crowded connection limit 0;"
                        + " select pg_terminate_backend(pid) from pg_stat_activity where usename = 'crowded'"),
                "too many connections for role",
                () -> postgres.execute("alter role crowded connection limit -1"));
    }
}
