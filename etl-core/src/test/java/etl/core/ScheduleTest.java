package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant START = Instant.parse("2001-01-01T00:00:00Z");

    @Test
    void what_is_declared_is_read_as_plain_values() {
        Schedule schedule = Schedule.cron(" 30  6 *\t* MON-FRI ", BERLIN)
                .catchUpFrom(START)
                .endingAt(START.plusSeconds(60))
                .missed(MissedTicks.ALL)
                .maxActiveRuns(3)
                .jitter(Duration.ofMinutes(5));
        PipelineBuilder orders = Pipeline.named("orders").schedule(schedule);
        orders.task("load").run(ctx -> {});
        Pipeline pipeline = orders.build();

        assertThat(pipeline.schedule()).contains(schedule);
        assertThat(schedule.timing()).isEqualTo(new Timing.Cron("30 6 * * MON-FRI", BERLIN));
        assertThat(schedule.start()).contains(START);
        assertThat(schedule.end()).contains(START.plusSeconds(60));
        assertThat(schedule.catchesUp()).isTrue();
        assertThat(schedule.missed()).isEqualTo(MissedTicks.ALL);
        assertThat(schedule.maxActiveRuns()).isEqualTo(3);
        assertThat(schedule.jitter()).isEqualTo(Duration.ofMinutes(5));
        assertThat(schedule)
                .hasToString("cron '30 6 * * MON-FRI' in Europe/Berlin, catching up from 2001-01-01T00:00:00Z,"
                        + " ending at 2001-01-01T00:01:00Z, missed ticks: ALL, at most 3 active runs, jitter PT5M");
        assertThat(PipelineGraph.of(pipeline).toJson())
                .contains("\"schedule\":{\"cron\":\"30 6 * * MON-FRI\",\"zone\":\"Europe/Berlin\","
                        + "\"start\":\"2001-01-01T00:00:00Z\",\"end\":\"2001-01-01T00:01:00Z\",\"catchUp\":true,"
                        + "\"missedTicks\":\"ALL\",\"maxActiveRuns\":3,\"jitter\":\"PT5M\"}");
    }

    @Test
    void nothing_is_declared_unless_said() {
        PipelineBuilder orders = Pipeline.named("orders");
        orders.task("load").run(ctx -> {});
        Pipeline without = orders.build();
        Pipeline with = orders.schedule(Schedule.manual()).build();

        assertThat(without.schedule()).isEmpty();
        assertThat(PipelineGraph.of(without).toJson()).doesNotContain("schedule");
        assertThat(with.fingerprint()).as("a run may be resumed").isEqualTo(without.fingerprint());
        assertThat(Schedule.every(Duration.ofHours(1)))
                .returns(MissedTicks.LATEST, Schedule::missed)
                .returns(16, Schedule::maxActiveRuns)
                .returns(false, Schedule::catchesUp)
                .returns(Duration.ZERO, Schedule::jitter)
                .hasToString("every PT1H, missed ticks: LATEST, at most 16 active runs");
    }

    @Test
    void schedules_are_equal_if_all_they_say_is() {
        Schedule schedule = Schedule.every(Duration.ofHours(1)).startingAt(START);

        assertThat(schedule)
                .isEqualTo(Schedule.every(Duration.ofMinutes(60)).startingAt(START))
                .hasSameHashCodeAs(Schedule.every(Duration.ofMinutes(60)).startingAt(START))
                .isNotEqualTo(schedule.catchUpFrom(START))
                .isNotEqualTo(schedule.maxActiveRuns(1))
                .isNotEqualTo(Schedule.manual());
        assertThat(schedule.catchUpFrom(START).startingAt(START))
                .as("the last word")
                .isEqualTo(schedule);
    }

    @Test
    void an_interval_is_counted_from_the_start() {
        assertThat(Schedule.every(Duration.ofDays(1)).timing())
                .isEqualTo(new Timing.Every(Duration.ofDays(1), Instant.EPOCH));
        assertThat(Schedule.every(Duration.ofDays(1)).catchUpFrom(START).timing())
                .isEqualTo(new Timing.Every(Duration.ofDays(1), START));
    }

    @ParameterizedTest
    @ValueSource(strings = {"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"})
    void words_are_accepted(String word) {
        assertThat(Schedule.cron(word, BERLIN).timing()).isEqualTo(new Timing.Cron(word, BERLIN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "* * * *", "0 * * * * *", "@reboot", "@Daily", "@daily 5", "a\nb"})
    void what_has_not_five_fields_is_refused_with_the_way_out(String expression) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.cron(expression, BERLIN))
                .withMessageStartingWith("cron expression ")
                .withMessageContaining("minute, hour, day of month, month, day of week")
                .withMessageContaining("@daily");
    }

    @Test
    void times_that_no_clock_shows_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.every(Duration.ofMillis(999)))
                .withMessageContaining("whole seconds");
        assertThatIllegalArgumentException().isThrownBy(() -> Schedule.every(Duration.ofMillis(1_500)));
        assertThatIllegalArgumentException().isThrownBy(() -> Schedule.every(Duration.ofSeconds(-5)));
        Schedule hourly = Schedule.cron("@hourly", BERLIN);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hourly.startingAt(START.plusMillis(1)))
                .withMessageContaining("truncatedTo(ChronoUnit.SECONDS)");
        assertThatIllegalArgumentException().isThrownBy(() -> hourly.startingAt(Instant.MIN));
        assertThatIllegalArgumentException().isThrownBy(() -> hourly.endingAt(Instant.MAX));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hourly.startingAt(START).endingAt(START.minusSeconds(1)))
                .withMessageContaining("ends after its start");
        assertThatIllegalArgumentException().isThrownBy(() -> hourly.jitter(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> hourly.maxActiveRuns(0));
    }

    @Test
    void a_manual_schedule_has_nothing_that_belongs_to_ticks() {
        Schedule manual = Schedule.manual();

        assertThatIllegalStateException()
                .isThrownBy(() -> manual.startingAt(START))
                .withMessageContaining("cron(...)");
        assertThatIllegalStateException().isThrownBy(() -> manual.endingAt(START));
        assertThatIllegalStateException().isThrownBy(() -> manual.jitter(Duration.ofSeconds(1)));
        assertThat(manual.maxActiveRuns(1).maxActiveRuns()).isEqualTo(1);
    }
}
