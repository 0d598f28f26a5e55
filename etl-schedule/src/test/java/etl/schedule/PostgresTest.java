package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.MissedTicks;
import etl.core.RunState;
import etl.core.Schedule;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.jdbc.JdbcStateStore;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Schedules of several processes on one database. */
class PostgresTest {
    private static final int TICKS = 1_000;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static List<String> query(String sql) throws SQLException {
        try (Connection connection = postgres.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    @Test
    void eight_schedulers_in_two_processes_start_one_run_for_each_tick() throws Exception {
        postgres.execute("create table executed (tick text not null)");
        try (ChildProcess one =
                        new ChildProcess(TickingProcess.class, postgres.databaseUrl(), "4", String.valueOf(TICKS));
                ChildProcess other =
                        new ChildProcess(TickingProcess.class, postgres.databaseUrl(), "4", String.valueOf(TICKS))) {
            assertThat(one.exitCode()).isZero();
            assertThat(other.exitCode()).isZero();
        }

        Set<String> expected = new TreeSet<>();
        for (int i = 1; i <= TICKS; i++) {
            expected.add(Instant.parse("2001-01-01T00:00:00Z").plusSeconds(i).toString());
        }
        assertThat(query("select tick from executed order by tick"))
                .as("what was executed")
                .containsExactlyElementsOf(expected);
        assertThat(query("select run_key from etl.pipeline_runs where run_key like 'schedule/secondly/%'"
                        + " and state = 'SUCCEEDED'"))
                .hasSize(TICKS);
    }

    @Test
    void a_limit_of_active_runs_holds_for_all_processes_together() throws Exception {
        AtomicInteger active = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Set<Instant> done = new ConcurrentSkipListSet<>();
        Orders orders = new Orders("limited", tick -> {
            most.accumulateAndGet(active.incrementAndGet(), Math::max);
            Thread.onSpinWait();
            active.decrementAndGet();
            done.add(tick);
        });
        Instant start = Instant.now().minus(Duration.ofMinutes(60)).truncatedTo(ChronoUnit.SECONDS);
        Schedule schedule = Schedule.cron("* * * * *", ZoneId.of("UTC"))
                .catchUpFrom(start)
                .endingAt(start.plus(Duration.ofMinutes(50)))
                .maxActiveRuns(3);
        List<AutoCloseable> open = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                Etl etl = Etl.builder()
                        .store(JdbcStateStore.open(postgres.databaseUrl()))
                        .build();
                open.add(0, etl);
                open.add(
                        0,
                        Scheduler.builder(etl)
                                .pollInterval(Duration.ofMillis(200))
                                .schedule("limited", orders.pipeline, schedule, tick -> Arguments.none())
                                .start());
            }
            orders.await(50);
        } finally {
            for (AutoCloseable resource : open) {
                resource.close();
            }
        }

        assertThat(done).hasSize(50);
        assertThat(orders.isIdle()).as("none twice").isTrue();
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void a_backfill_that_was_killed_goes_on_where_it_was() throws Exception {
        postgres.execute("drop schema if exists etl cascade");
        try (ChildProcess child = new ChildProcess(BackfillProcess.class, postgres.databaseUrl())) {
            for (int i = 0; i < 3; i++) {
                assertThat(child.line()).startsWith("begun 2024-0");
            }
            // A start is stored a moment after it.
            while (running() < 3) {
                Thread.onSpinWait();
            }
            child.kill();
        }
        List<Instant> loaded = new ArrayList<>();
        try (Etl etl =
                Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build()) {
            Backfill backfill = BackfillProcess.backfill(loaded::add);
            assertThat(backfill.plan(etl).intervals())
                    .extracting(IntervalReport::state)
                    .containsExactly(
                            IntervalState.SUCCEEDED,
                            IntervalState.SUCCEEDED,
                            IntervalState.SUCCEEDED,
                            IntervalState.SUCCEEDED,
                            IntervalState.UNFINISHED,
                            IntervalState.UNFINISHED,
                            IntervalState.UNFINISHED,
                            IntervalState.NOT_RUN,
                            IntervalState.NOT_RUN,
                            IntervalState.NOT_RUN);

            BackfillReport report = backfill.run(etl).orThrow();

            assertThat(loaded)
                    .hasSize(6)
                    .allSatisfy(tick -> assertThat(tick).isAfter(BackfillProcess.HALT))
                    .isSorted();
            assertThat(report.intervals().get(4).interval().duration()).isEqualTo(Duration.ofHours(24));
            assertThat(report.intervals().get(5).interval().duration())
                    .as("the clock goes forward in Berlin")
                    .isEqualTo(Duration.ofHours(23));
            StoredTask resumed = etl.store()
                    .task(report.intervals().get(4).run().orElseThrow(), "load")
                    .orElseThrow();
            assertThat(resumed.attempts()).extracting(StoredAttempt::attempt).containsExactly(1, 2);
        }
    }

    private static int running() throws SQLException {
        try (Connection connection = postgres.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select count(*) from etl.pipeline_tasks where state = 'RUNNING'")) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void a_database_that_is_out_of_order_for_a_while_loses_no_tick() throws Exception {
        Orders orders = new Orders("patient", tick -> {});
        TurnedTime time = new TurnedTime();
        try (Etl etl = Etl.builder()
                        .store(JdbcStateStore.builder(postgres.databaseUrl())
                                .schema("patient")
                                .open())
                        .time(time)
                        .build();
                Scheduler scheduler = Scheduler.builder(etl)
                        .executor(Runnable::run)
                        .schedule(
                                "patient",
                                orders.pipeline,
                                Schedule.every(Duration.ofMinutes(1))
                                        .missed(MissedTicks.ALL)
                                        .maxActiveRuns(1),
                                tick -> Arguments.none())
                        .start()) {
            postgres.execute("alter table patient.pipeline_schedules rename to away");
            time.pass(Duration.ofMinutes(3));
            postgres.execute("alter table patient.away rename to pipeline_schedules");
            time.pass(Duration.ofSeconds(10));
            assertThat(orders.await(3)).containsExactly("00:01", "00:02", "00:03");
            while (!etl.store().unfinished(orders.pipeline.name()).isEmpty()) {
                Thread.onSpinWait();
            }

            postgres.execute("alter table patient.pipeline_runs rename to away");
            time.pass(Duration.ofMinutes(1));
            postgres.execute("alter table patient.away rename to pipeline_runs");
            time.pass(Duration.ofSeconds(10));
            assertThat(orders.await(1)).containsExactly("00:04");
            assertThat(etl.store().recent(9))
                    .hasSize(4)
                    .allSatisfy(
                            run -> assertThat(run.state()).isIn(RunState.SUCCEEDED, RunState.RUNNING, RunState.QUEUED));
            assertThat(scheduler.status("patient").nextTick()).contains(Instant.parse("2001-01-01T00:05:00Z"));
        }
    }
}
