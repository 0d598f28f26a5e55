package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import etl.core.DataInterval;
import etl.core.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {
    private static final ZoneId UTC = ZoneId.of("UTC");

    private static List<String> ticks(String expression, String zone, String from, int count) {
        ZoneId zoneId = ZoneId.of(zone);
        Timetable timetable = Timetable.of(Schedule.cron(expression, zoneId));
        List<String> ticks = new ArrayList<>();
        Instant moment = LocalDateTime.parse(from).atZone(zoneId).toInstant();
        for (int i = 0; i < count; i++) {
            Instant tick = timetable.next(moment).orElseThrow();
            assertThat(timetable.previous(tick.plusSeconds(1))).contains(tick);
            if (i > 0) {
                assertThat(timetable.previous(tick))
                        .as("the one before %s", tick)
                        .contains(moment);
            }
            ticks.add(ZonedDateTime.ofInstant(tick, zoneId).toOffsetDateTime().toString());
            moment = tick;
        }
        return ticks;
    }

    // --- the clock goes forward ------------------------------------------------------------------------------------

    @Test
    void a_time_that_is_jumped_over_comes_an_hour_later_once() {
        assertThat(ticks("30 2 * * *", "Europe/Berlin", "2024-03-29T12:00", 3))
                .containsExactly("2024-03-30T02:30+01:00", "2024-03-31T03:30+02:00", "2024-04-01T02:30+02:00");
        assertThat(ticks("0 2,3 * * *", "Europe/Berlin", "2024-03-30T12:00", 2))
                .as("02:00 and 03:00 are the same moment on that day")
                .containsExactly("2024-03-31T03:00+02:00", "2024-04-01T02:00+02:00");
        assertThat(ticks("30 2 * * *", "America/New_York", "2024-03-09T12:00", 2))
                .containsExactly("2024-03-10T03:30-04:00", "2024-03-11T02:30-04:00");
    }

    @Test
    void what_comes_in_every_hour_does_not_repeat_the_hour_that_is_missing() {
        assertThat(ticks("*/30 * * * *", "Europe/Berlin", "2024-03-31T01:15", 3))
                .containsExactly("2024-03-31T01:30+01:00", "2024-03-31T03:00+02:00", "2024-03-31T03:30+02:00");
    }

    @Test
    void half_an_hour_is_jumped_over_on_lord_howe() {
        assertThat(ticks("15 2 * * *", "Australia/Lord_Howe", "2024-10-05T12:00", 2))
                .containsExactly("2024-10-06T02:45+11:00", "2024-10-07T02:15+11:00");
        assertThat(ticks("15,40 2 * * *", "Australia/Lord_Howe", "2024-10-05T12:00", 3))
                .as("02:15 comes after 02:40")
                .containsExactly("2024-10-06T02:40+11:00", "2024-10-06T02:45+11:00", "2024-10-07T02:15+11:00");
    }

    @Test
    void chatham_changes_at_a_quarter_to_three() {
        assertThat(ticks("0 3 * * *", "Pacific/Chatham", "2024-09-28T12:00", 2))
                .containsExactly("2024-09-29T04:00+13:45", "2024-09-30T03:00+13:45");
        assertThat(ticks("50 2 * * *", "Pacific/Chatham", "2024-04-06T12:00", 2))
                .as("shown twice")
                .containsExactly("2024-04-07T02:50+13:45", "2024-04-08T02:50+12:45");
    }

    @Test
    void a_day_that_apia_left_out_has_no_tick_of_its_own() {
        assertThat(ticks("0 12 * * *", "Pacific/Apia", "2011-12-28T18:00", 3))
                .containsExactly("2011-12-29T12:00-10:00", "2011-12-31T12:00+14:00", "2012-01-01T12:00+14:00");
        assertThat(ticks("0 12 30 * *", "Pacific/Apia", "2011-12-01T00:00", 2))
                .containsExactly("2011-12-31T12:00+14:00", "2012-01-30T12:00+14:00");
    }

    // --- the clock goes back ---------------------------------------------------------------------------------------

    @Test
    void a_time_that_is_shown_twice_comes_the_first_time() {
        assertThat(ticks("30 2 * * *", "Europe/Berlin", "2024-10-26T12:00", 2))
                .containsExactly("2024-10-27T02:30+02:00", "2024-10-28T02:30+01:00");
        assertThat(ticks("30 1 * * *", "America/New_York", "2024-11-02T12:00", 2))
                .containsExactly("2024-11-03T01:30-04:00", "2024-11-04T01:30-05:00");
        assertThat(ticks("*/20 2 * * *", "Europe/Berlin", "2024-10-26T12:00", 4))
                .containsExactly(
                        "2024-10-27T02:00+02:00",
                        "2024-10-27T02:20+02:00",
                        "2024-10-27T02:40+02:00",
                        "2024-10-28T02:00+01:00");
    }

    @Test
    void what_comes_in_every_hour_comes_in_both_of_them() {
        assertThat(ticks("30 * * * *", "Europe/Berlin", "2024-10-27T01:00", 4))
                .containsExactly(
                        "2024-10-27T01:30+02:00",
                        "2024-10-27T02:30+02:00",
                        "2024-10-27T02:30+01:00",
                        "2024-10-27T03:30+01:00");
        assertThat(ticks("30 0-23 * * *", "Europe/Berlin", "2024-10-27T02:00", 2))
                .as("however that is written")
                .containsExactly("2024-10-27T02:30+02:00", "2024-10-27T02:30+01:00");
    }

    @Test
    void data_intervals_around_a_change_of_the_clock_leave_nothing_out() {
        Timetable daily = Timetable.of(Schedule.cron("@daily", ZoneId.of("Europe/Berlin")));
        List<DataInterval> intervals =
                daily.intervals(Instant.parse("2024-03-29T23:00:00Z"), Instant.parse("2024-04-01T22:00:00Z"), 10);

        assertThat(intervals)
                .extracting(DataInterval::duration)
                .containsExactly(Duration.ofHours(24), Duration.ofHours(23), Duration.ofHours(24));
        assertThat(intervals.get(1).start()).isEqualTo(intervals.get(0).end());
    }

    @Test
    void an_interval_of_a_day_moves_with_the_sun_and_not_with_the_clock() {
        Timetable timetable =
                Timetable.of(Schedule.every(Duration.ofDays(1)).startingAt(Instant.parse("2024-03-30T05:00:00Z")));

        assertThat(timetable.next(Instant.parse("2024-03-30T05:00:00Z")))
                .as("06:00 in Berlin on the day before, 07:00 on this one")
                .contains(Instant.parse("2024-03-31T05:00:00Z"));
    }

    // --- days ------------------------------------------------------------------------------------------------------

    @Test
    void either_day_is_enough_if_both_are_restricted() {
        assertThat(ticks("0 0 13 * FRI", "UTC", "2024-09-01T00:00", 5))
                .containsExactly(
                        "2024-09-06T00:00Z",
                        "2024-09-13T00:00Z",
                        "2024-09-20T00:00Z",
                        "2024-09-27T00:00Z",
                        "2024-10-04T00:00Z");
        assertThat(ticks("0 0 13 * *", "UTC", "2024-09-01T00:00", 2))
                .containsExactly("2024-09-13T00:00Z", "2024-10-13T00:00Z");
    }

    @Test
    void leap_days_come_in_leap_years() {
        assertThat(ticks("0 0 29 2 *", "America/New_York", "2095-03-01T00:00", 2))
                .as("2100 is none")
                .containsExactly("2096-02-29T00:00-05:00", "2104-02-29T00:00-05:00");
    }

    @Test
    void sunday_has_two_numbers() {
        assertThat(ticks("0 0 * * 7", "UTC", "2024-09-01T00:00", 2))
                .isEqualTo(ticks("0 0 * * 0", "UTC", "2024-09-01T00:00", 2))
                .containsExactly("2024-09-08T00:00Z", "2024-09-15T00:00Z");
        assertThat(ticks("0 0 * * 6-7", "UTC", "2024-09-01T00:00", 2))
                .containsExactly("2024-09-07T00:00Z", "2024-09-08T00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "@hourly,  0 * * * *",
        "@daily,   0 0 * * *",
        "@midnight,0 0 * * *",
        "@weekly,  0 0 * * SUN",
        "@monthly, 0 0 1 * *",
        "@yearly,  0 0 1 1 *",
        "@annually,0 0 1 JAN *"
    })
    void words_mean_what_they_mean_in_unix(String word, String expression) {
        String from = "2023-12-30T12:34";

        assertThat(ticks(word, "Europe/Berlin", from, 3)).isEqualTo(ticks(expression, "Europe/Berlin", from, 3));
    }

    // --- faults ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "60 * * * *,           1, minute takes 0 to 59",
        "* 24 * * *,           2, hour takes 0 to 23",
        "* * 0 * *,            3, day of month takes 1 to 31",
        "* * * 13 *,           4, month takes 1 to 12 or JAN to DEC",
        "* * * JANUARY *,      4, month takes 1 to 12 or JAN to DEC",
        "* * * * 8,            5, day of week takes 0 to 7",
        "*/0 * * * *,          1, steps as */15",
        "*/90 * * * *,         1, steps as */15",
        "5-3 * * * *,          1, ranges that go up",
        "0 22-2 * * *,         2, ranges that go up",
        "0 0 * * SUN-TUE,      5, ranges that go up",
        "1- * * * *,           1, minute",
        "-1 * * * *,           1, minute",
        "1/-2 * * * *,         1, minute",
        "1.5 * * * *,          1, minute",
        "0 0 L * *,            3, day of month",
        "0 0 15W * *,          3, day of month",
        "0 0 ? * *,            3, day of month",
        "0 0 * * 1#2,          5, day of week",
        "a||b * * * *,         1, minute",
        "٣ * * * *,            1, minute",
        "99999999999 * * * *,  1, minute",
        "a%0 * * * 'x',        1, minute"
    })
    void a_wrong_expression_is_refused_with_its_field(String expression, int field, String wayOut) {
        Schedule schedule = Schedule.cron(expression, UTC);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Timetable.of(schedule))
                .withMessageContaining("'" + expression + "'")
                .withMessageContaining("is wrong in its field " + field)
                .withMessageContaining(wayOut);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,,2 * * * *", ",1 * * * *", "1, * * * *"})
    void lists_have_no_holes(String expression) {
        Schedule schedule = Schedule.cron(expression, UTC);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Timetable.of(schedule))
                .withMessageContaining("is wrong in its field 1");
    }

    @ParameterizedTest
    @CsvSource({"0 0 30 2 *", "0 0 31 4 *"})
    void a_day_that_never_comes_is_refused(String expression) {
        Schedule schedule = Schedule.cron(expression, UTC);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Timetable.of(schedule))
                .withMessageContaining("never comes");
    }

    @Test
    void names_are_read_in_any_case_and_under_any_locale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        try {
            assertThat(ticks("0 0 * apr-jun fri,mon", "UTC", "2024-04-01T00:00", 2))
                    .containsExactly("2024-04-05T00:00Z", "2024-04-08T00:00Z");
        } finally {
            Locale.setDefault(before);
        }
    }
}
