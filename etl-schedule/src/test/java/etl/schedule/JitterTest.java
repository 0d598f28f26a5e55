package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JitterTest {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");

    @Test
    void it_is_the_same_in_every_process_and_differs_between_schedules_and_ticks() {
        Optional<Instant> next = Optional.of(NOON.plusSeconds(3600));

        assertThat(Jitter.of("orders", NOON, Duration.ofMinutes(10), next))
                .as("fixed for ever: a change would start runs of the same tick at two moments")
                .isEqualTo(Duration.ofMillis(459_165));
        Set<Duration> delays = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            delays.add(Jitter.of("orders" + i, NOON, Duration.ofMinutes(10), next));
            delays.add(Jitter.of("orders", NOON.plusSeconds(i), Duration.ofMinutes(10), next));
        }
        assertThat(delays)
                .hasSizeGreaterThan(150)
                .allSatisfy(delay -> assertThat(delay).isBetween(Duration.ZERO, Duration.ofMinutes(10)));
    }

    @Test
    void it_ends_before_the_next_tick() {
        for (int i = 0; i < 1000; i++) {
            assertThat(Jitter.of("s" + i, NOON, Duration.ofDays(1), Optional.of(NOON.plusSeconds(1))))
                    .isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void there_is_none_unless_asked_for() {
        assertThat(Jitter.of("orders", NOON, Duration.ZERO, Optional.empty())).isZero();
        assertThat(Jitter.of("orders", NOON, Duration.ofMillis(1), Optional.empty()))
                .isZero();
    }
}
