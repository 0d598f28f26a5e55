package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class RetryPolicyProperties {
    private static final BigInteger NANOS_PER_SECOND = BigInteger.valueOf(1_000_000_000);

    private static BigInteger nanos(Duration duration) {
        return BigInteger.valueOf(duration.getSeconds())
                .multiply(NANOS_PER_SECOND)
                .add(BigInteger.valueOf(duration.getNano()));
    }

    @Property
    void an_exponential_wait_is_the_smaller_of_cap_and_power(
            @ForAll @LongRange(min = 1) long firstNanos,
            @ForAll @LongRange(min = 0) long moreSeconds,
            @ForAll @IntRange(min = 1, max = 200) int failedAttempts) {
        Duration first = Duration.ofNanos(firstNanos);
        Duration cap =
                moreSeconds > Long.MAX_VALUE / 2 ? Duration.ofSeconds(moreSeconds) : first.plusSeconds(moreSeconds);
        BigInteger power = BigInteger.valueOf(firstNanos).shiftLeft(failedAttempts - 1);

        assertThat(nanos(new Backoff.Exponential(first, cap).after(failedAttempts)))
                .isEqualTo(power.min(nanos(cap)));
    }

    @Property
    void jitter_stays_within_its_fraction(
            @ForAll @LongRange(min = 0) long seconds,
            @ForAll @DoubleRange(min = 0, max = 1) double fraction,
            @ForAll long seed) {
        Duration delay = Duration.ofSeconds(seconds);

        Duration jittered = RetryPolicy.attempts(2)
                .fixed(delay)
                .jitter(fraction)
                .delayAfter(1, new IllegalStateException(), Duration.ZERO, new Random(seed))
                .orElseThrow();

        // One part in 10^12 for the arithmetic of doubles.
        BigDecimal exact = new BigDecimal(nanos(delay));
        BigDecimal tolerance = exact.movePointLeft(12).add(BigDecimal.ONE);
        BigDecimal spread = exact.multiply(BigDecimal.valueOf(fraction)).add(tolerance);
        BigDecimal longest = new BigDecimal(nanos(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)));
        assertThat(new BigDecimal(nanos(jittered)))
                .isBetween(exact.subtract(spread), exact.add(spread).min(longest));
        assertThat(jittered.isNegative()).isFalse();
    }

    @Property
    void jitter_never_goes_beyond_the_cap(
            @ForAll @DoubleRange(min = 0, max = 1) double fraction,
            @ForAll @IntRange(min = 1, max = 70) int failedAttempts,
            @ForAll long seed) {
        Duration cap = Duration.ofMinutes(1);

        assertThat(RetryPolicy.attempts(100)
                        .exponential(Duration.ofMillis(10), cap)
                        .jitter(fraction)
                        .delayAfter(failedAttempts, new IllegalStateException(), Duration.ZERO, new Random(seed)))
                .hasValueSatisfying(delay -> assertThat(delay).isBetween(Duration.ZERO, cap));
    }

    @Property
    void the_deadline_holds_whatever_the_wait(
            @ForAll @LongRange(min = 1) long deadlineSeconds,
            @ForAll @LongRange(min = 0) long elapsedSeconds,
            @ForAll @LongRange(min = 0) long delaySeconds) {
        boolean inTime = BigInteger.valueOf(elapsedSeconds)
                        .add(BigInteger.valueOf(delaySeconds))
                        .compareTo(BigInteger.valueOf(deadlineSeconds))
                <= 0;

        assertThat(RetryPolicy.attempts(2)
                        .fixed(Duration.ofSeconds(delaySeconds))
                        .deadline(Duration.ofSeconds(deadlineSeconds))
                        .delayAfter(1, new IllegalStateException(), Duration.ofSeconds(elapsedSeconds), new Random(0))
                        .isPresent())
                .isEqualTo(inTime);
    }
}
