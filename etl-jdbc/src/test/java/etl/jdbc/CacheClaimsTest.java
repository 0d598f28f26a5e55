package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunId;
import etl.core.spi.CacheClaim;
import etl.core.spi.CacheKey;
import etl.core.spi.CacheRequest;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two processes, here two stores, that share the cache of one database. */
class CacheClaimsTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final RunId run = RunId.random();
    private final CacheKey key = new CacheKey("orders", "t " + run, "1", List.of());
    private final CacheKey other = new CacheKey("orders", "other " + run, "1", List.of());

    @Test
    void the_claim_of_a_process_that_lives_is_prolonged_and_that_of_one_that_died_ends() throws Exception {
        try (JdbcStateStore living = JdbcStateStore.open(postgres.databaseUrl());
                JdbcStateStore other = JdbcStateStore.open(postgres.databaseUrl())) {
            CacheClaim.Ticket ticket = (CacheClaim.Ticket) claim(living);
            assertThat(secondsLeft()).isBetween(1L, 30L);
            set("claimed_until = clock_timestamp() + interval '1 second'");

            cache(living).lease().beat();

            assertThat(secondsLeft()).isGreaterThan(20);
            assertThat(claim(other)).isInstanceOf(CacheClaim.Busy.class);
            set("claimed_until = clock_timestamp() - interval '1 second'");
            assertThat(other.outputCache().settled(List.of(key))).containsExactly(key);
            CacheClaim heir = claim(other);
            assertThat(heir).isInstanceOf(CacheClaim.Ticket.class);

            cache(living).lease().beat();
            cache(living).release(List.of(ticket));
            assertThat(claim(living)).isInstanceOf(CacheClaim.Busy.class);
            cache(living).complete(ticket, "late", String.class, Optional.empty());
            assertThat(claim(other)).isEqualTo(new CacheClaim.Found("late", run));
        }
    }

    @Test
    void a_store_that_is_closed_gives_its_claims_up() {
        try (JdbcStateStore other = JdbcStateStore.open(postgres.databaseUrl())) {
            try (JdbcStateStore closing = JdbcStateStore.open(postgres.databaseUrl())) {
                assertThat(claim(closing)).isInstanceOf(CacheClaim.Ticket.class);
                assertThat(claim(other)).isInstanceOf(CacheClaim.Busy.class);
            }
            assertThat(claim(other)).isInstanceOf(CacheClaim.Ticket.class);
        }
    }

    @Test
    void what_dead_processes_have_claimed_is_removed() throws Exception {
        try (JdbcStateStore dead = JdbcStateStore.open(postgres.databaseUrl());
                JdbcStateStore living = JdbcStateStore.open(postgres.databaseUrl())) {
            claim(dead);
            living.outputCache().claim(new CacheRequest(other, String.class, run, false, false));
            set("claimed_until = clock_timestamp() - interval '1 second'");

            cache(living).lease().beat();

            assertThat(Query.longs(
                            postgres.dataSource(),
                            "select count(*) from etl.task_cache where task_id = '" + key.taskId() + "'"))
                    .containsExactly(0L);
        }
    }

    @Test
    void a_claim_whose_answer_was_lost_is_still_the_askers() throws Exception {
        boolean[] lost = {false};
        HostDataSource host = new HostDataSource(
                postgres.dataSource(),
                new HostDataSource.Settings(true, false, java.sql.Connection.TRANSACTION_READ_COMMITTED),
                connection -> {
                    boolean claimed = secondsLeftIn(connection) > 0;
                    connection.commit();
                    if (claimed && !lost[0]) {
                        lost[0] = true;
                        throw new SQLException("the connection was lost while the commit was under way", "08006");
                    }
                });
        try (JdbcStateStore store = JdbcStateStore.open(host)) {
            assertThat(claim(store)).isInstanceOf(CacheClaim.Ticket.class);
            assertThat(lost[0]).isTrue();
            assertThat(claim(store)).isInstanceOf(CacheClaim.Busy.class);
        }
    }

    @Test
    void an_output_whose_class_has_changed_is_not_there() throws Exception {
        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl())) {
            cache(store).complete((CacheClaim.Ticket) claim(store), "text", String.class, Optional.empty());
            set("output = '\"changed\"'::jsonb");

            CacheClaim.Ticket again = (CacheClaim.Ticket) claim(store);

            cache(store).complete(again, "text", String.class, Optional.empty());
            assertThat(claim(store)).isEqualTo(new CacheClaim.Found("text", run));
        }
    }

    private CacheClaim claim(JdbcStateStore store) {
        return store.outputCache().claim(new CacheRequest(key, String.class, run, false, false));
    }

    private static JdbcOutputCache cache(JdbcStateStore store) {
        return (JdbcOutputCache) store.outputCache();
    }

    private void set(String columns) throws SQLException {
        postgres.execute("update etl.task_cache set " + columns + " where task_id = '" + key.taskId() + "'");
    }

    private String secondsLeftQuery() {
        return "select coalesce(max(extract(epoch from claimed_until - clock_timestamp())), 0)::bigint"
                + " from etl.task_cache where task_id = '" + key.taskId() + "'";
    }

    private long secondsLeft() throws SQLException {
        return Query.longs(postgres.dataSource(), secondsLeftQuery()).get(0);
    }

    private long secondsLeftIn(java.sql.Connection connection) throws SQLException {
        try (java.sql.Statement statement = connection.createStatement()) {
            try (java.sql.ResultSet exists =
                    statement.executeQuery("select to_regclass('etl.task_cache') is not null")) {
                exists.next();
                if (!exists.getBoolean(1)) {
                    return 0;
                }
            }
            try (java.sql.ResultSet rows = statement.executeQuery(secondsLeftQuery())) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
