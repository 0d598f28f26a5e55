package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What a parameter's value writes as its text is read back as an equal value, for every type. */
class ParameterTypeProperties {
    private static <T> void assertReadBack(Class<T> type, T value) {
        ParameterType<T> parameterType = ParameterTypes.of(type);

        assertThat(parameterType.parse(parameterType.format(value))).isEqualTo(value);
        assertThat(parameterType.accept(value, ArgumentFaults.none())).isEqualTo(value);
    }

    @Property
    void text(@ForAll String value) {
        Assume.that(value.codePoints().noneMatch(p -> p == 0 || (p >= 0xD800 && p <= 0xDFFF)));
        assertReadBack(String.class, value);
    }

    @Property
    void integers(@ForAll int value) {
        assertReadBack(Integer.class, value);
    }

    @Property
    void longs(@ForAll long value) {
        assertReadBack(Long.class, value);
    }

    @Property
    void doubles_of_any_bits(@ForAll long bits) {
        assertReadBack(Double.class, Double.longBitsToDouble(bits));
    }

    /** The JDK itself does not read its text back at the very ends of the scale. */
    @Property
    void big_decimals_with_their_scale(
            @ForAll long unscaled, @ForAll @IntRange(min = -2_000_000_000, max = 2_000_000_000) int scale) {
        assertReadBack(BigDecimal.class, BigDecimal.valueOf(unscaled, scale));
    }

    @Property
    void booleans(@ForAll boolean value) {
        assertReadBack(Boolean.class, value);
    }

    @Property
    void enums_whatever_their_toString_says(@ForAll Colour value) {
        assertReadBack(Colour.class, value);
    }

    @Property
    void dates(@ForAll @LongRange(min = -365_243_219_162L, max = 365_241_780_471L) long day) {
        assertReadBack(LocalDate.class, LocalDate.ofEpochDay(day));
    }

    @Property
    void dates_with_times(
            @ForAll @LongRange(min = -365_243_219_162L, max = 365_241_780_471L) long day,
            @ForAll @LongRange(min = 0, max = 86_399_999_999_999L) long nano) {
        assertReadBack(LocalDateTime.class, LocalDateTime.of(LocalDate.ofEpochDay(day), LocalTime.ofNanoOfDay(nano)));
    }

    @Property
    void points_in_time(
            @ForAll @LongRange(min = -31_557_014_167_219_200L, max = 31_556_889_864_403_199L) long second,
            @ForAll @IntRange(min = 0, max = 999_999_999) int nano) {
        assertReadBack(Instant.class, Instant.ofEpochSecond(second, nano));
    }

    @Property
    void durations(@ForAll long seconds, @ForAll @IntRange(min = 0, max = 999_999_999) int nano) {
        assertReadBack(Duration.class, Duration.ofSeconds(seconds, nano));
    }
}
