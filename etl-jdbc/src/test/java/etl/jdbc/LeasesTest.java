package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.RunOwnedException;
import etl.core.spi.TaskChange;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

/** Two stores on one database are two processes. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeasesTest {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");
    private static final Duration SHORT = Duration.ofSeconds(1);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private JdbcStateStore one;
    private JdbcStateStore other;

    @BeforeEach
    void open() {
        one = JdbcStateStore.builder(postgres.databaseUrl()).lease(SHORT).open();
        other = JdbcStateStore.open(postgres.databaseUrl());
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    /** As if the owner had not prolonged it. */
    private static void runOut(RunId run) throws SQLException {
        postgres.execute(
                "update etl.pipeline_runs set lease_until = now() - interval '1 second' where run_id = '" + run + "'");
    }

    private static String heartbeat(RunId run) throws SQLException {
        return Query.strings(
                        postgres.dataSource(),
                        "select heartbeat_at || ' ' || lease_until from etl.pipeline_runs where run_id = '" + run + "'")
                .get(0);
    }

    private static Throwable lost(RunJournal journal) throws Exception {
        CompletableFuture<RunLostException> told = new CompletableFuture<>();
        journal.onLost(told::complete);
        return told.get(30, TimeUnit.SECONDS);
    }

    @Test
    void a_lease_is_prolonged_as_long_as_its_process_lives() throws Exception {
        RunId run = StoredRuns.create(one);
        try (RunJournal journal = one.journal(run)) {
            for (int beat = 0; beat < 5; beat++) {
                String before = heartbeat(run);
                while (heartbeat(run).equals(before)) {
                    Thread.onSpinWait();
                }
            }

            assertThat(journal.isOwner()).isTrue();
            assertThatThrownBy(() -> other.journal(run))
                    .isInstanceOf(RunOwnedException.class)
                    .hasMessageContaining("is being executed by process "
                            + ProcessHandle.current().pid() + " on ")
                    .hasMessageContaining("whose lease ends at ");
        }
        other.journal(run).close();
    }

    @Test
    void the_run_of_a_process_that_died_can_be_taken_when_its_lease_has_run_out() {
        RunId run = StoredRuns.create(one);
        Told.start(one.journal(run), NOON).join();
        one.close();

        while (other.abandoned("orders").isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(other.find(run).orElseThrow().crashes()).isEqualTo(1);
        other.journal(run).close();
        assertThat(other.find(run).orElseThrow().crashes()).isEqualTo(1);
    }

    @Test
    void who_has_lost_a_run_writes_nothing_more() throws Exception {
        RunId run = StoredRuns.create(other);
        RunJournal zombie = other.journal(run);
        Told.start(zombie, NOON).join();
        Told.of(zombie, TaskChange.started("a", 1, NOON)).join();
        runOut(run);

        try (RunJournal owner = one.journal(run)) {
            owner.reopen(Set.of());
            assertThatThrownBy(() ->
                            Told.of(zombie, TaskChange.started("b", 1, NOON)).join())
                    .hasCauseInstanceOf(RunLostException.class)
                    .hasMessageContaining("another process has taken it");
            assertThat(zombie.isOwner()).isFalse();
            assertThat(lost(zombie)).hasMessageContaining("another process has taken it");
            assertThatThrownBy(() -> zombie.reopen(Set.of())).hasMessageContaining("another process has taken it");
            assertThatThrownBy(() -> zombie.ended(RunState.FAILED, NOON, Optional.empty()))
                    .hasMessageContaining("another process");
            Told.of(owner, TaskChange.started("a", 2, NOON)).join();
        }
        zombie.close();

        assertThat(one.tasks(run)).singleElement().satisfies(task -> {
            assertThat(task.state()).isEqualTo(TaskState.RUNNING);
            assertThat(task.attempt()).isEqualTo(2);
        });
        assertThat(one.find(run).orElseThrow().state()).isEqualTo(RunState.RUNNING);
    }

    /** The test of the test above: without epochs a zombie's write is accepted. */
    @Test
    void it_is_the_epoch_that_keeps_a_zombie_from_writing() throws Exception {
        postgres.execute("create function etl.keep_epoch() returns trigger language plpgsql as"
                + " 'begin new.epoch := 1; return new; end';"
                + " create trigger keep_epoch before update on etl.pipeline_runs"
                + " for each row execute function etl.keep_epoch()");
        try {
            RunId run = StoredRuns.create(other);
            RunJournal zombie = other.journal(run);
            Told.start(zombie, NOON).join();
            runOut(run);
            try (RunJournal owner = one.journal(run)) {
                owner.reopen(Set.of());

                Told.of(zombie, TaskChange.started("b", 1, NOON)).join();
            }

            assertThat(one.tasks(run)).hasSize(1);
        } finally {
            postgres.execute("drop trigger keep_epoch on etl.pipeline_runs; drop function etl.keep_epoch()");
        }
    }

    @Test
    void an_owner_hears_that_its_run_was_taken_even_if_it_writes_nothing() throws Exception {
        RunId run = StoredRuns.create(one);
        RunJournal zombie = one.journal(run);
        runOut(run);

        try (RunJournal owner = other.journal(run)) {
            assertThat(lost(zombie)).hasMessageContaining("another process has taken it");
            assertThat(owner.isOwner()).isTrue();
        }
        zombie.close();
    }

    @Test
    void prolonging_that_had_to_wait_does_not_shorten_a_lease_that_was_taken_meanwhile() throws Exception {
        RunId run = StoredRuns.create(other);
        String thisRun = " where run_id = '" + run + "'";
        LeaseStore leases = new JdbcLeaseStore(other.database());
        CompletableFuture<Map<RunId, Long>> prolonged;
        try (Connection holder = postgres.dataSource().getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("update etl.pipeline_runs set lease_until = now() + interval '1 hour'" + thisRun);
            prolonged = CompletableFuture.supplyAsync(() -> prolong(leases, run));
            while (Query.longs(
                            postgres.dataSource(),
                            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
                    .equals(List.of(0L))) {
                Thread.onSpinWait();
            }
            holder.commit();
        }

        assertThat(prolonged.get()).containsKey(run);
        assertThat(Query.strings(
                        postgres.dataSource(),
                        "select lease_until > now() + interval '30 minutes' from etl.pipeline_runs" + thisRun))
                .containsExactly("t");
    }

    private Map<RunId, Long> prolong(LeaseStore leases, RunId run) {
        try {
            return leases.prolong(List.of(run), other.leases().owner(), SHORT);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void an_owner_that_cannot_reach_the_database_gives_its_run_up() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        DataSource source = new PGSimpleDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                if (broken.get()) {
                    throw new SQLException("no route to host", "08001");
                }
                return postgres.dataSource().getConnection();
            }
        };
        try (JdbcStateStore cutOff = JdbcStateStore.builder(source).lease(SHORT).open()) {
            RunId run = StoredRuns.create(cutOff);
            RunJournal journal = cutOff.journal(run);
            assertThat(journal.isOwner()).isTrue();
            broken.set(true);

            assertThat(lost(journal)).hasMessageContaining("its lease could not be prolonged for PT0.8S");
            assertThat(journal.isOwner()).isFalse();
            broken.set(false);
            journal.close();
            other.journal(run).close();
        }
    }

    @Test
    void crashes_are_counted_until_somebody_starts_the_run_again() throws Exception {
        RunId run = StoredRuns.create(other);
        Told.start(other.journal(run), NOON).join();
        for (int crash = 1; crash <= 3; crash++) {
            runOut(run);
            assertThat(one.find(run).orElseThrow().crashes()).isEqualTo(crash);
            JdbcStateStore next = JdbcStateStore.open(postgres.databaseUrl());
            next.journal(run).reopen(Set.of());
            next.close();
        }
        runOut(run);
        try (RunJournal journal = one.journal(run)) {
            assertThat(one.find(run).orElseThrow().crashes()).isEqualTo(4);
            journal.ended(RunState.FAILED, NOON, Optional.empty());
        }

        assertThat(one.find(run).orElseThrow().crashes()).isEqualTo(4);
        one.journal(run).close();
        assertThat(one.find(run).orElseThrow().crashes()).isZero();
    }

    @Test
    void a_length_out_of_range_is_refused() {
        assertThatThrownBy(() -> JdbcStateStore.builder(postgres.dataSource()).lease(Duration.ofMillis(999)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lease must be from 1 second to 1 hour, was PT0.999S");
    }
}
