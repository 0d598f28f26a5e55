package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

    private static List<Duration> waits(Backoff backoff, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(backoff::after).toList();
    }

    @Test
    void a_fixed_wait_stays_the_same() {
        assertThat(waits(new Backoff.Fixed(Duration.ofSeconds(3)), 3)).containsOnly(Duration.ofSeconds(3));
        assertThat(new Backoff.Fixed(Duration.ZERO).after(Integer.MAX_VALUE)).isZero();
    }

    @Test
    void an_exponential_wait_doubles_until_the_cap() {
        assertThat(waits(new Backoff.Exponential(Duration.ofSeconds(1), Duration.ofSeconds(5)), 5))
                .extracting(Duration::toSeconds)
                .containsExactly(1L, 2L, 4L, 5L, 5L);
    }

    @Test
    void a_cap_that_is_a_power_is_reached_exactly() {
        assertThat(waits(new Backoff.Exponential(Duration.ofNanos(1), Duration.ofNanos(4)), 4))
                .extracting(Duration::toNanos)
                .containsExactly(1L, 2L, 4L, 4L);
        assertThat(waits(new Backoff.Exponential(Duration.ofNanos(2), Duration.ofNanos(3)), 3))
                .extracting(Duration::toNanos)
                .containsExactly(2L, 3L, 3L);
    }

    @Test
    void a_cap_that_equals_the_first_wait_is_allowed() {
        assertThat(waits(new Backoff.Exponential(Duration.ofSeconds(1), Duration.ofSeconds(1)), 3))
                .containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void doubling_never_overflows() {
        Backoff backoff = new Backoff.Exponential(Duration.ofNanos(1), LONGEST);

        assertThat(backoff.after(Integer.MAX_VALUE)).isEqualTo(LONGEST);
        assertThat(backoff.after(93)).isLessThan(LONGEST).isGreaterThan(backoff.after(92));
    }

    @Test
    void the_last_listed_wait_repeats() {
        Backoff backoff = new Backoff.Listed(List.of(Duration.ofSeconds(9), Duration.ZERO, Duration.ofSeconds(2)));

        assertThat(waits(backoff, 5)).extracting(Duration::toSeconds).containsExactly(9L, 0L, 2L, 2L, 2L);
        assertThat(backoff.after(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void the_listed_waits_are_copied() {
        List<Duration> waits = new ArrayList<>(List.of(Duration.ofSeconds(1)));
        Backoff.Listed backoff = new Backoff.Listed(waits);
        waits.set(0, Duration.ofDays(1));

        assertThat(backoff.after(1)).isEqualTo(Duration.ofSeconds(1));
        assertThatThrownBy(() -> backoff.delays().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void each_kind_is_folded_by_its_own_function() {
        List<Backoff> kinds = List.of(
                new Backoff.Fixed(Duration.ZERO),
                new Backoff.Exponential(Duration.ofSeconds(1), Duration.ofSeconds(2)),
                new Backoff.Listed(List.of(Duration.ZERO)));

        assertThat(kinds)
                .extracting(kind -> kind.<String>fold(fixed -> "fixed", growing -> "exponential", list -> "listed"))
                .containsExactly("fixed", "exponential", "listed");
    }

    @Test
    void impossible_waits_are_refused_with_their_value() {
        Duration negative = Duration.ofSeconds(-1);
        Duration second = Duration.ofSeconds(1);

        assertThatThrownBy(() -> new Backoff.Fixed(negative))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("delay must not be negative, was PT-1S");
        assertThatThrownBy(() -> new Backoff.Exponential(Duration.ZERO, second))
                .hasMessage("first delay must be longer than zero, was PT0S");
        assertThatThrownBy(() -> new Backoff.Exponential(second, negative))
                .hasMessage("cap must be longer than zero, was PT-1S");
        assertThatThrownBy(() -> new Backoff.Exponential(second, Duration.ofMillis(999)))
                .hasMessage("cap PT0.999S is shorter than the first delay PT1S");
        assertThatThrownBy(() -> new Backoff.Listed(List.of())).hasMessage("delays must hold at least one delay");
        assertThatThrownBy(() -> new Backoff.Listed(Arrays.asList(second, negative)))
                .hasMessage("delay must not be negative, was PT-1S");
    }
}
