package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import etl.core.DataInterval;
import etl.core.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimetableTest {
    private static final Instant START = Instant.parse("2001-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("2001-01-03T00:00:00Z");
    private static final Timetable DAILY = Timetable.of(
            Schedule.cron("@daily", ZoneId.of("UTC")).startingAt(START).endingAt(END));

    @Test
    void there_is_no_tick_beyond_start_and_end() {
        assertThat(DAILY.next(Instant.MIN)).contains(START);
        assertThat(DAILY.next(START)).contains(START.plus(Duration.ofDays(1)));
        assertThat(DAILY.next(END.minusNanos(1))).contains(END);
        assertThat(DAILY.next(END)).isEmpty();
        assertThat(DAILY.previous(Instant.MAX)).contains(END);
        assertThat(DAILY.previous(START.plusNanos(1))).contains(START);
        assertThat(DAILY.previous(START)).isEmpty();
    }

    @Test
    void without_start_and_end_time_itself_ends() {
        for (Schedule schedule :
                new Schedule[] {Schedule.cron("@yearly", ZoneId.of("Asia/Tokyo")), Schedule.every(Duration.ofDays(365))
                }) {
            Timetable timetable = Timetable.of(schedule);

            assertThat(timetable.next(Instant.MAX)).isEmpty();
            assertThat(timetable.previous(Instant.MIN)).isEmpty();
            assertThat(timetable.next(Instant.MIN)).isPresent();
            assertThat(timetable.previous(Instant.MAX)).isPresent();
            assertThat(timetable
                            .interval(timetable.next(Instant.MIN).orElseThrow())
                            .start())
                    .isBefore(Instant.parse("0002-12-31T00:00:00Z"));
        }
    }

    @Test
    void the_interval_of_the_first_tick_begins_before_the_start() {
        assertThat(DAILY.interval(START)).isEqualTo(new DataInterval(START.minus(Duration.ofDays(1)), START));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DAILY.interval(START.plusSeconds(1)))
                .withMessageContaining("is no tick of cron '@daily' in UTC");
    }

    @Test
    void intervals_lie_within_the_range() {
        Timetable daily = Timetable.of(Schedule.cron("@daily", ZoneId.of("UTC")));

        assertThat(daily.intervals(START, END, 100))
                .containsExactly(
                        new DataInterval(START, START.plus(Duration.ofDays(1))),
                        new DataInterval(START.plus(Duration.ofDays(1)), END));
        assertThat(daily.intervals(START.plusSeconds(1), END.plusSeconds(1), 100))
                .hasSize(1);
        assertThat(daily.intervals(START, END.minusSeconds(1), 100)).hasSize(1);
        assertThat(daily.intervals(START, END, 1)).hasSize(1);
        assertThat(daily.intervals(END, START, 100)).isEmpty();
        assertThat(DAILY.intervals(START.minus(Duration.ofDays(5)), START, 100))
                .as("of the first tick")
                .hasSize(1);
    }

    @Test
    void ticks_of_an_interval_are_counted_from_the_start_in_both_directions() {
        Timetable timetable = Timetable.of(Schedule.every(Duration.ofSeconds(7)).endingAt(END));
        Timetable anchored = Timetable.of(Schedule.every(Duration.ofSeconds(7)).startingAt(START));

        assertThat(timetable.next(Instant.EPOCH)).contains(Instant.ofEpochSecond(7));
        assertThat(timetable.next(Instant.EPOCH.minusNanos(1))).contains(Instant.EPOCH);
        assertThat(timetable.previous(Instant.EPOCH)).contains(Instant.ofEpochSecond(-7));
        assertThat(timetable.previous(Instant.EPOCH.plusNanos(1))).contains(Instant.EPOCH);
        assertThat(anchored.next(START.plusSeconds(6))).contains(START.plusSeconds(7));
        assertThat(anchored.previous(START.plusSeconds(14))).contains(START.plusSeconds(7));
        assertThat(anchored.interval(START)).isEqualTo(new DataInterval(START.minusSeconds(7), START));
    }

    @Test
    void a_manual_schedule_has_an_empty_timetable() {
        Timetable manual = Timetable.of(Schedule.manual());

        assertThat(manual.next(START)).isEqualTo(Optional.empty());
        assertThat(manual.previous(START)).isEmpty();
        assertThat(manual.intervals(START, END, 9)).isEmpty();
        assertThat(manual.schedule()).isEqualTo(Schedule.manual());
    }
}
