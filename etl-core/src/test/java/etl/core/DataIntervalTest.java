package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DataIntervalTest {
    private static final Instant START = Instant.parse("2001-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("2001-01-02T00:00:00Z");

    @Test
    void the_start_belongs_to_it_and_the_end_does_not() {
        DataInterval day = new DataInterval(START, END);

        assertThat(day.contains(START)).isTrue();
        assertThat(day.contains(END.minusNanos(1))).isTrue();
        assertThat(day.contains(END)).isFalse();
        assertThat(day.contains(START.minusNanos(1))).isFalse();
        assertThat(day.duration()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void an_interval_without_length_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DataInterval(START, START))
                .withMessageContaining("ends after its start")
                .withMessageContaining("2001-01-01T00:00:00Z");
        assertThatIllegalArgumentException().isThrownBy(() -> new DataInterval(END, START));
        assertThatIllegalArgumentException()
                .as("what is finer than a microsecond is cut off")
                .isThrownBy(() -> new DataInterval(START, START.plusNanos(999)));
    }

    @Test
    void what_a_database_cannot_keep_is_refused_or_cut_off() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DataInterval(Instant.MIN, END))
                .withMessageContaining("years 1 to 9999");
        assertThatIllegalArgumentException().isThrownBy(() -> new DataInterval(START, Instant.MAX));
        assertThat(new DataInterval(START.plusNanos(1), END)).isEqualTo(new DataInterval(START, END));
    }

    @Test
    void it_is_written_and_read_as_text() {
        DataInterval day = new DataInterval(START, END);

        assertThat(day).hasToString("2001-01-01T00:00:00Z/2001-01-02T00:00:00Z");
        assertThat(DataInterval.parse(day.toString())).isEqualTo(day);
        for (String wrong : new String[] {"", "/", "2001-01-01T00:00:00Z", "2001-01-01/2001-01-02", "a\nb"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DataInterval.parse(wrong))
                    .withMessageContaining("is no data interval");
        }
    }
}
