package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ManualTimeTest {
    private static final Instant BEGIN = Instant.parse("2001-01-01T00:00:00Z");

    @Test
    void an_alarm_may_turn_the_clock_further() {
        try (ManualTime time = new ManualTime()) {
            time.after(Duration.ofSeconds(1), () -> time.advance(Duration.ofSeconds(10)));

            time.advance(Duration.ofSeconds(5));

            assertThat(time.instant()).isEqualTo(BEGIN.plusSeconds(11));
        }
    }
}
