package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Locale;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterTypeTest {
    private final Locale locale = Locale.getDefault();
    private final TimeZone zone = TimeZone.getDefault();

    @AfterEach
    void restore() {
        Locale.setDefault(locale);
        TimeZone.setDefault(zone);
    }

    private static void assertRefused(Class<?> type, String text, String expected) {
        assertThatThrownBy(() -> ParameterTypes.of(type).parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is not " + expected);
    }

    @Test
    void text_of_another_type_is_refused_and_told_what_was_expected() {
        assertRefused(Integer.class, "7.5", "a whole number from -2147483648 to 2147483647");
        assertRefused(Integer.class, "2147483648", "a whole number from -2147483648 to 2147483647");
        assertRefused(Long.class, "9223372036854775808", "a whole number");
        assertRefused(Double.class, "0,25", "a number such as 0.25");
        assertRefused(BigDecimal.class, "1e99999999999", "a number such as 0.25");
        assertRefused(Boolean.class, "TRUE", "true or false");
        assertRefused(LocalDate.class, "2001-02-29", "a date such as 2001-01-31");
        assertRefused(LocalDate.class, "01/02/2001", "a date such as 2001-01-31");
        assertRefused(LocalDateTime.class, "2001-01-31", "a date and time such as 2001-01-31T23:59:00");
        assertRefused(Instant.class, "2001-01-31T23:59:00", "a point in time such as 2001-01-31T23:59:00Z");
        assertRefused(Duration.class, "15 minutes", "a duration such as PT15M");
        assertRefused(Duration.class, "PT9223372036854775807H", "a duration such as PT15M");
        assertRefused(Colour.class, "indigo", "one of INDIGO, RED");
        assertRefused(Colour.class, "deep blue", "one of INDIGO, RED");
        for (Class<?> type : new Class<?>[] {Integer.class, Double.class, Boolean.class, Instant.class, Colour.class}) {
            assertThatThrownBy(() -> ParameterTypes.of(type).parse("")).hasMessageStartingWith("'' is not ");
        }
    }

    @Test
    void a_class_without_a_text_form_is_refused() {
        assertThatThrownBy(() -> ParameterTypes.of(BigInteger.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a parameter cannot be of type java.math.BigInteger; use String, Integer,");
        assertThatThrownBy(() -> ParameterTypes.of(int.class)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_point_in_time_may_be_given_with_an_offset() {
        assertThat(ParameterTypes.of(Instant.class).parse("2001-01-31T23:59:00+02:00"))
                .isEqualTo(Instant.parse("2001-01-31T21:59:00Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tr-TR", "ar-EG-u-nu-arab", "th-TH-u-ca-buddhist-nu-thai", "de-DE", "ja-JP-u-ca-japanese"})
    void the_text_form_depends_on_no_locale(String tag) {
        Locale.setDefault(Locale.forLanguageTag(tag));

        assertThat(ParameterTypes.of(Colour.class).format(Colour.INDIGO)).isEqualTo("INDIGO");
        assertThat(ParameterTypes.of(Colour.class).parse("INDIGO")).isEqualTo(Colour.INDIGO);
        assertThat(ParameterTypes.of(Boolean.class).parse("false")).isFalse();
        assertThat(ParameterTypes.of(Double.class).format(1234.5)).isEqualTo("1234.5");
        assertThat(ParameterTypes.of(Integer.class).format(1234567)).isEqualTo("1234567");
        assertThat(ParameterTypes.of(BigDecimal.class).format(new BigDecimal("1234.50")))
                .isEqualTo("1234.50");
        assertThat(ParameterTypes.of(LocalDate.class).format(LocalDate.of(2001, 1, 31)))
                .isEqualTo("2001-01-31");
        assertThat(ParameterTypes.of(Duration.class).format(Duration.ofMillis(1500)))
                .isEqualTo("PT1.5S");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia", "Africa/Monrovia", "UTC"})
    void the_text_form_depends_on_no_time_zone(String id) {
        TimeZone.setDefault(TimeZone.getTimeZone(id));
        Instant instant = Instant.parse("2011-12-30T12:00:00.123456789Z");
        // On this day Apia had no time at all, and in Sao Paulo the second day had no midnight.
        LocalDateTime skipped = LocalDateTime.parse("2011-12-30T12:00");
        LocalDateTime noMidnight = LocalDateTime.parse("2018-11-04T00:00");

        assertThat(ParameterTypes.of(Instant.class).format(instant)).isEqualTo("2011-12-30T12:00:00.123456789Z");
        assertThat(ParameterTypes.of(LocalDateTime.class).parse("2011-12-30T12:00"))
                .isEqualTo(skipped);
        assertThat(ParameterTypes.of(LocalDateTime.class).format(noMidnight)).isEqualTo("2018-11-04T00:00");
        assertThat(ParameterTypes.of(LocalDate.class).parse("2011-12-30")).isEqualTo(skipped.toLocalDate());
    }
}
