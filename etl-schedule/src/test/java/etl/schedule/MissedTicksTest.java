package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.MissedTicks;
import etl.core.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Ticks that nobody handled in time, because no scheduler was there or the clock was turned. */
class MissedTicksTest extends SchedulersOnOneStore {
    private void down(Schedule schedule, Duration downtime) throws Exception {
        Scheduler first = start(schedule);
        pass(1);
        orders.await(1);
        assertThat(ended.tryAcquire(1, 30, TimeUnit.SECONDS)).isTrue();
        first.close();
        time.pass(downtime);
        assertThat(store.recent(9)).hasSize(1);
        start(schedule);
    }

    private SchedulerBuilder poll(Schedule schedule) {
        return builder()
                .schedule("hourly", orders.pipeline, schedule, tick -> Arguments.none())
                .pollInterval(Duration.ofMinutes(1));
    }

    @Test
    void after_a_downtime_the_latest_missed_tick_starts_a_run() throws Exception {
        down(HOURLY, Duration.ofMinutes(5 * 60 + 30));

        assertThat(orders.await(1)).containsExactly("06:00");
        pass(1);
        assertThat(orders.await(1)).containsExactly("07:00");
        assertThat(store.recent(9)).hasSize(3);
    }

    @Test
    void after_a_downtime_missed_ticks_are_skipped() throws Exception {
        down(HOURLY.missed(MissedTicks.SKIP), Duration.ofMinutes(5 * 60 + 30));
        assertThat(store.recent(9)).hasSize(1);

        pass(1);
        assertThat(orders.await(1)).containsExactly("07:00");
    }

    @Test
    void a_tick_that_is_less_than_a_minute_late_is_not_missed() throws Exception {
        down(HOURLY.missed(MissedTicks.SKIP), Duration.ofSeconds(5 * 3600 + 59));

        assertThat(orders.await(1)).containsExactly("06:00");
        assertThat(store.recent(9)).hasSize(2);
    }

    @Test
    void after_a_downtime_all_missed_ticks_start_runs_in_their_order() throws Exception {
        down(HOURLY.missed(MissedTicks.ALL).maxActiveRuns(1), Duration.ofMinutes(5 * 60 + 30));

        assertThat(orders.await(5)).containsExactly("02:00", "03:00", "04:00", "05:00", "06:00");
        pass(1);
        assertThat(orders.await(1)).containsExactly("07:00");
    }

    @Test
    void missed_ticks_with_jitter_are_judged_by_when_they_are_due() throws Exception {
        Schedule schedule = HOURLY.jitter(Duration.ofMinutes(59));
        Instant last = MIDNIGHT.plusSeconds(6 * 3600);
        Duration delay = Jitter.of("hourly", last, Duration.ofMinutes(59), Optional.of(last.plusSeconds(3600)));
        Scheduler first = start(schedule);
        pass(2);
        orders.await(1);
        first.close();
        time.pass(Duration.ofHours(4).plus(delay).minusMillis(1));
        start(schedule);

        assertThat(orders.await(1)).as("06:00 is not due yet").containsExactly("05:00");
        time.pass(Duration.ofMillis(1));
        assertThat(orders.await(1)).containsExactly("06:00");
    }

    @Test
    void the_first_registration_catches_up_in_order_and_no_later_one_does() throws Exception {
        Schedule schedule = HOURLY.catchUpFrom(MIDNIGHT.minusSeconds(3 * 3600)).maxActiveRuns(1);
        Scheduler first = start(schedule);

        assertThat(orders.await(4)).containsExactly("21:00", "22:00", "23:00", "00:00");
        assertThat(ended.tryAcquire(4, 30, TimeUnit.SECONDS)).isTrue();
        first.close();
        pass(5);
        start(schedule);
        assertThat(orders.await(1)).as("missed, and only the latest counts").containsExactly("05:00");
        assertThat(store.recent(9)).hasSize(5);
    }

    @Test
    void without_catch_up_a_start_in_the_past_is_only_a_bound() throws Exception {
        start(HOURLY.startingAt(MIDNIGHT.minusSeconds(3 * 3600)).missed(MissedTicks.ALL));
        assertThat(store.recent(9)).isEmpty();

        pass(1);
        assertThat(orders.await(1)).containsExactly("01:00");
    }

    @Test
    void a_changed_timing_begins_with_the_moment_of_the_change() throws Exception {
        Scheduler first = start(HOURLY.missed(MissedTicks.ALL));
        time.pass(Duration.ofMinutes(90));
        orders.await(1);
        first.close();
        start(Schedule.cron("*/10 * * * *", ZoneId.of("UTC")).missed(MissedTicks.ALL));

        assertThat(store.recent(9)).as("nothing of 01:10 to 01:30").hasSize(1);
        time.pass(Duration.ofMinutes(10));
        assertThat(orders.await(1)).containsExactly("01:40");
    }

    @Test
    void a_clock_that_is_turned_back_repeats_no_tick() throws Exception {
        start(poll(HOURLY.missed(MissedTicks.ALL)));
        pass(3);
        assertThat(orders.await(3)).containsExactlyInAnyOrder("01:00", "02:00", "03:00");
        time.turn(Duration.ofHours(-1));
        pass(2);
        assertThat(orders.await(1)).containsExactly("04:00");
        time.turn(Duration.ofDays(-1));
        pass(24);
        assertThat(store.recent(99)).hasSize(4);
        pass(1);
        assertThat(orders.await(1)).containsExactly("05:00");
    }

    @Test
    void a_clock_that_is_turned_forward_loses_no_tick() throws Exception {
        start(poll(HOURLY.missed(MissedTicks.ALL).maxActiveRuns(1)));
        time.turn(Duration.ofHours(3));
        time.pass(Duration.ofMinutes(1));

        assertThat(orders.await(3)).containsExactly("01:00", "02:00", "03:00");
        time.turn(Duration.ofDays(1));
        time.pass(Duration.ofMinutes(1));
        assertThat(orders.await(24)).hasSize(24).startsWith("04:00").endsWith("03:00");
        time.pass(Duration.ofHours(1));
        assertThat(orders.await(1)).containsExactly("04:00");
    }
}
