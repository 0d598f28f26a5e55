package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Ticks around changes of the clock, compared with those that are found by looking at every minute. */
class TimetableProperties {
    private static final Duration AROUND = Duration.ofDays(4);

    @Property(tries = 250, shrinking = ShrinkingMode.BOUNDED)
    void ticks_around_a_change_of_the_clock_are_those_of_every_minute(
            @ForAll("expressions") String expression, @ForAll("changes") Change change) {
        Timetable timetable = Timetable.of(Schedule.cron(expression, change.zone));
        Instant from = change.at.minus(AROUND);
        Instant to = change.at.plus(AROUND);
        NavigableSet<Instant> expected = new BruteForce(expression).ticks(change.zone, from, to);

        assertThat(forward(timetable, from, to)).containsExactlyElementsOf(expected);
        assertThat(backward(timetable, from, to)).containsExactlyElementsOf(expected.descendingSet());
    }

    @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
    void next_and_previous_agree_at_any_moment(
            @ForAll("expressions") String expression,
            @ForAll("changes") Change change,
            @ForAll("shifts") Duration shift) {
        Timetable timetable = Timetable.of(Schedule.cron(expression, change.zone));
        Instant moment = change.at.plus(shift);
        Instant next = timetable.next(moment).orElseThrow();
        Instant previous = timetable.previous(moment).orElseThrow();

        assertThat(next).isAfter(moment);
        assertThat(previous).isBefore(moment);
        assertThat(timetable.previous(next.plusNanos(1))).contains(next);
        assertThat(timetable.next(previous.minusNanos(1))).contains(previous);
        assertThat(timetable.next(previous)).map(tick -> !tick.isBefore(moment)).contains(true);
        assertThat(timetable.previous(next)).map(tick -> !tick.isAfter(moment)).contains(true);
        assertThat(timetable.interval(next).end()).isEqualTo(next);
        assertThat(timetable.interval(next).start())
                .isEqualTo(timetable.previous(next).orElseThrow());
    }

    private static List<Instant> forward(Timetable timetable, Instant from, Instant to) {
        List<Instant> ticks = new ArrayList<>();
        Optional<Instant> tick = timetable.next(from);
        while (tick.isPresent() && tick.get().isBefore(to)) {
            ticks.add(tick.get());
            tick = timetable.next(tick.get());
        }
        return ticks;
    }

    private static List<Instant> backward(Timetable timetable, Instant from, Instant to) {
        List<Instant> ticks = new ArrayList<>();
        Optional<Instant> tick = timetable.previous(to);
        while (tick.isPresent() && tick.get().isAfter(from)) {
            ticks.add(tick.get());
            tick = timetable.previous(tick.get());
        }
        return ticks;
    }

    /** A moment at which the clock of a zone is changed. */
    record Change(ZoneId zone, Instant at) {}

    @Provide
    Arbitrary<Duration> shifts() {
        return Arbitraries.longs().between(-200_000, 200_000).map(Duration::ofSeconds);
    }

    @Provide
    Arbitrary<Change> changes() {
        Arbitrary<Change> any = Combinators.combine(
                        Arbitraries.of(
                                "Europe/Berlin",
                                "America/New_York",
                                "Australia/Lord_Howe",
                                "Pacific/Chatham",
                                "Africa/Casablanca",
                                "America/St_Johns",
                                "Asia/Tehran",
                                "America/Sao_Paulo"),
                        Arbitraries.integers().between(1980, 2060),
                        Arbitraries.integers().between(1, 365))
                .as((zone, year, day) ->
                        change(zone, Instant.parse(year + "-01-01T00:00:00Z").plus(Duration.ofDays(day))));
        Arbitrary<Change> known = Arbitraries.of(
                change("Pacific/Apia", Instant.parse("2011-12-01T00:00:00Z")),
                change("Pacific/Kwajalein", Instant.parse("1993-08-01T00:00:00Z")),
                change("America/Caracas", Instant.parse("2007-12-01T00:00:00Z")),
                change("Asia/Pyongyang", Instant.parse("2018-05-01T00:00:00Z")));
        return Arbitraries.oneOf(any, any, any, known);
    }

    private static Change change(String id, Instant after) {
        ZoneId zone = ZoneId.of(id);
        ZoneOffsetTransition transition = zone.getRules().nextTransition(after);
        return new Change(zone, transition == null ? after : transition.getInstant());
    }

    @Provide
    Arbitrary<String> expressions() {
        Arbitrary<String> minutes = field(0, 59, "*/7", "59");
        Arbitrary<String> hours =
                Arbitraries.oneOf(field(0, 23, "*/2", "23"), Arbitraries.of("*", "2", "0", "1-3", "0-23"));
        Arbitrary<String> days = Arbitraries.oneOf(field(1, 31, "*/5", "1-31"), Arbitraries.of("*"));
        Arbitrary<String> months = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.of("*")),
                net.jqwik.api.Tuple.of(1, field(1, 12, "JAN-DEC", "FEB,OCT")));
        Arbitrary<String> weekdays = Arbitraries.oneOf(field(0, 7, "MON-FRI", "SUN,WED,6"), Arbitraries.of("*"));
        return Combinators.combine(minutes, hours, days, months, weekdays)
                .as((minute, hour, day, month, weekday) ->
                        String.join(" ", minute, hour, day.equals("31") ? "30" : day, month, weekday))
                .filter(expression -> !expression.matches(".* (29|30|31) (2|FEB.*) \\*(/1)?"));
    }

    private static Arbitrary<String> field(int low, int high, String... samples) {
        Arbitrary<Integer> value = Arbitraries.integers().between(low, high);
        Arbitrary<String> one = value.map(String::valueOf);
        Arbitrary<String> range = Combinators.combine(value, value).as((a, b) -> Math.min(a, b) + "-" + Math.max(a, b));
        Arbitrary<String> step = Combinators.combine(
                        Arbitraries.oneOf(range, Arbitraries.of("*")),
                        Arbitraries.integers().between(1, Math.max(1, high / 2)))
                .as((base, by) -> base + "/" + by);
        Arbitrary<String> list =
                Combinators.combine(Arbitraries.oneOf(one, range, step), one).as((a, b) -> a + "," + b);
        return Arbitraries.oneOf(one, range, step, list, Arbitraries.of(samples));
    }
}
