package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;

class ParameterRoundTripProperties {
    private static final Locale LOCALE = Locale.getDefault();
    private static final TimeZone ZONE = TimeZone.getDefault();

    record Typed(ParameterType<?> type, Object value) {}

    record Place(Locale locale, TimeZone zone) {
        void enter() {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    record Range(LocalDate from, LocalTime at, double share, Double weight) {}

    record Everything(
            String text,
            int small,
            long large,
            BigInteger whole,
            BigDecimal exact,
            boolean yes,
            DayOfWeek day,
            ZonedDateTime zoned,
            Duration duration,
            Secret secret,
            Range range,
            List<String> texts,
            List<Range> ranges,
            List<List<Integer>> matrix) {}

    @AfterProperty
    void leave() {
        Locale.setDefault(LOCALE);
        TimeZone.setDefault(ZONE);
    }

    @Property(tries = 4000)
    void a_value_is_read_back_equal_wherever_it_was_written(
            @ForAll("typed") Typed typed, @ForAll("places") Place writer, @ForAll("places") Place reader) {
        writer.enter();
        String text = typed.type().format(typed.value());
        reader.enter();

        assertThat((Object) typed.type().parse(text)).as(text).isEqualTo(typed.value());
    }

    @Property
    void what_a_run_stores_is_bound_to_equal_values_again(
            @ForAll("everything") Everything value, @ForAll("places") Place writer, @ForAll("places") Place reader) {
        PipelineBuilder builder = Pipeline.named("orders");
        Parameter<Everything> parameter =
                builder.parameter("everything", Everything.class).required();
        builder.task("a").run(ctx -> {});
        Pipeline pipeline = builder.build();
        writer.enter();
        Map<String, Object> bound = Arguments.of(parameter, value).bind(pipeline);
        Map<String, String> stored = Arguments.format(pipeline, bound);
        reader.enter();

        assertThat(Arguments.parse(pipeline, stored).bind(pipeline)).isEqualTo(Map.of("everything", value));
    }

    @Provide
    Arbitrary<Place> places() {
        Arbitrary<Locale> locales = Arbitraries.of(
                        "en-US",
                        "tr-TR",
                        "ar-EG-u-nu-arab",
                        "th-TH-u-ca-buddhist-nu-thai",
                        "hi-IN-u-nu-deva",
                        "fa-IR",
                        "ja-JP-u-ca-japanese",
                        "de-CH")
                .map(Locale::forLanguageTag);
        Arbitrary<TimeZone> zones = Arbitraries.of(
                        "UTC",
                        "Asia/Kolkata",
                        "America/St_Johns",
                        "Pacific/Apia",
                        "Africa/Monrovia",
                        "Europe/Dublin",
                        "Australia/Lord_Howe")
                .map(TimeZone::getTimeZone);
        return Combinators.combine(locales, zones).as(Place::new);
    }

    @Provide
    Arbitrary<Typed> typed() {
        return Arbitraries.oneOf(
                of(String.class, texts()),
                of(Integer.class, Arbitraries.integers()),
                of(Long.class, Arbitraries.longs()),
                of(BigInteger.class, wholes()),
                of(Double.class, doubles()),
                of(BigDecimal.class, decimals()),
                of(Boolean.class, Arbitraries.of(true, false)),
                of(DayOfWeek.class, Arbitraries.of(DayOfWeek.class)),
                of(LocalDate.class, dates()),
                of(LocalTime.class, times()),
                of(LocalDateTime.class, dateTimes()),
                of(
                        OffsetDateTime.class,
                        Combinators.combine(dateTimes(), offsets()).as(OffsetDateTime::of)),
                of(ZonedDateTime.class, zonedDateTimes()),
                of(Instant.class, instants()),
                of(YearMonth.class, dates().map(YearMonth::from)),
                of(ZoneId.class, zones()),
                of(Duration.class, durations()),
                of(Period.class, periods()),
                of(Secret.class, secrets()),
                of(Range.class, ranges()),
                of(Everything.class, everything()),
                ofList(String.class, texts()),
                ofList(Double.class, doubles()),
                ofList(DayOfWeek.class, Arbitraries.of(DayOfWeek.class)),
                ofList(ZonedDateTime.class, zonedDateTimes()),
                ofList(Range.class, ranges()));
    }

    private static <T> Arbitrary<Typed> of(Class<T> type, Arbitrary<? extends T> values) {
        return values.map(value -> new Typed(ParameterTypes.of(type), value));
    }

    private static <T> Arbitrary<Typed> ofList(Class<T> type, Arbitrary<? extends T> values) {
        return values.list()
                .ofMaxSize(5)
                .map(list -> new Typed(new ListParameterType<>(ParameterTypes.of(type)), list));
    }

    @Provide
    Arbitrary<Everything> everything() {
        Arbitrary<List<List<Integer>>> matrices =
                Arbitraries.integers().list().ofMaxSize(3).list().ofMaxSize(3);
        return Combinators.combine(
                        Combinators.combine(texts(), Arbitraries.integers(), Arbitraries.longs(), wholes(), decimals())
                                .as((text, small, large, whole, exact) ->
                                        List.<Object>of(text, small, large, whole, exact)),
                        Arbitraries.of(DayOfWeek.class),
                        zonedDateTimes(),
                        durations(),
                        ranges(),
                        texts().list().ofMaxSize(3),
                        ranges().list().ofMaxSize(3),
                        matrices)
                .as((first, day, zoned, duration, range, texts, ranges, matrix) -> new Everything(
                        (String) first.get(0),
                        (Integer) first.get(1),
                        (Long) first.get(2),
                        (BigInteger) first.get(3),
                        (BigDecimal) first.get(4),
                        duration.isNegative(),
                        day,
                        zoned,
                        duration,
                        Secret.env("DB_PASSWORD"),
                        range,
                        texts,
                        ranges,
                        matrix));
    }

    private static Arbitrary<Range> ranges() {
        return Combinators.combine(dates(), times(), doubles(), doubles()).as(Range::new);
    }

    private static Arbitrary<String> texts() {
        Arbitrary<String> any = Arbitraries.strings()
                .all()
                .filter(text -> text.codePoints().noneMatch(p -> p == 0 || (p >= 0xD800 && p <= 0xDFFF)));
        Arbitrary<String> hostile = Arbitraries.of(
                        "\"",
                        "\\",
                        "[",
                        "]",
                        "{",
                        ",",
                        " ",
                        "\n",
                        "\t",
                        "\u0001",
                        "\u007f",
                        "\u2028",
                        "\u0130",
                        "\uFEFF",
                        "env:X",
                        "null",
                        "\uD83D\uDE00",
                        "\\u0041")
                .list()
                .ofMaxSize(6)
                .map(parts -> String.join("", parts));
        return Arbitraries.oneOf(any, hostile);
    }

    private static Arbitrary<BigInteger> wholes() {
        return Arbitraries.bigIntegers().between(BigInteger.TEN.pow(60).negate(), BigInteger.TEN.pow(60));
    }

    private static Arbitrary<BigDecimal> decimals() {
        return Combinators.combine(wholes(), Arbitraries.integers().between(-400, 400))
                .as(BigDecimal::new);
    }

    private static Arbitrary<Double> doubles() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(Double::longBitsToDouble),
                Arbitraries.of(
                        0.0,
                        -0.0,
                        0.1,
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY,
                        Double.MIN_VALUE,
                        -Double.MAX_VALUE));
    }

    private static Arbitrary<LocalDate> dates() {
        return Arbitraries.longs()
                .between(LocalDate.MIN.toEpochDay(), LocalDate.MAX.toEpochDay())
                .map(LocalDate::ofEpochDay);
    }

    private static Arbitrary<LocalTime> times() {
        Arbitrary<LocalTime> any =
                Arbitraries.longs().between(0, LocalTime.MAX.toNanoOfDay()).map(LocalTime::ofNanoOfDay);
        return Arbitraries.oneOf(any, Arbitraries.of(LocalTime.MIDNIGHT, LocalTime.NOON, LocalTime.MAX));
    }

    private static Arbitrary<LocalDateTime> dateTimes() {
        return Combinators.combine(dates(), times()).as(LocalDateTime::of);
    }

    private static Arbitrary<ZoneOffset> offsets() {
        return Arbitraries.integers().between(-18 * 3600, 18 * 3600).map(ZoneOffset::ofTotalSeconds);
    }

    private static Arbitrary<ZoneId> zones() {
        return Arbitraries.oneOf(
                offsets(),
                Arbitraries.of(
                                "Europe/Berlin",
                                "America/St_Johns",
                                "Africa/Monrovia",
                                "Australia/Lord_Howe",
                                "UTC",
                                "Z",
                                "UTC+01:00",
                                "GMT0")
                        .map(ZoneId::of));
    }

    /** Among them both hours of an autumn night. */
    private static Arbitrary<ZonedDateTime> zonedDateTimes() {
        Arbitrary<Instant> near =
                Arbitraries.longs().between(1_004_140_800L, 1_004_230_800L).map(Instant::ofEpochSecond);
        return Combinators.combine(
                        Arbitraries.oneOf(
                                near,
                                Arbitraries.longs()
                                        .between(-9_999_999_999L, 9_999_999_999L)
                                        .map(Instant::ofEpochSecond)),
                        zones())
                .as(ZonedDateTime::ofInstant);
    }

    private static Arbitrary<Instant> instants() {
        Arbitrary<Long> seconds =
                Arbitraries.longs().between(Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond());
        return Combinators.combine(seconds, Arbitraries.integers().between(0, 999_999_999))
                .as(Instant::ofEpochSecond);
    }

    private static Arbitrary<Duration> durations() {
        return Combinators.combine(Arbitraries.longs(), Arbitraries.longs().between(0, 999_999_999))
                .as(Duration::ofSeconds);
    }

    private static Arbitrary<Period> periods() {
        Arbitrary<Integer> parts = Arbitraries.integers();
        return Combinators.combine(parts, parts, parts).as(Period::of);
    }

    private static Arbitrary<Secret> secrets() {
        return Arbitraries.strings()
                .withCharRange('A', 'Z')
                .ofMinLength(1)
                .ofMaxLength(20)
                .map(Secret::env);
    }
}
