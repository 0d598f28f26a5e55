package etl.core;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** How long a failed attempt waits for the next one, before jitter: plain data that an engine exporter can read. */
public sealed interface Backoff {
    /**
     * The wait after a failed attempt, without jitter.
     *
     * @param failedAttempts how many attempts have failed so far, at least 1
     * @return the wait, never negative
     */
    Duration after(int failedAttempts);

    /**
     * One result per kind of backoff; a new kind breaks every caller at compile time.
     *
     * @param fixed what to do with a fixed delay
     * @param exponential what to do with a growing delay
     * @param listed what to do with a list of delays
     * @param <T> the type of the result
     * @return the result
     */
    <T> T fold(Function<Fixed, T> fixed, Function<Exponential, T> exponential, Function<Listed, T> listed);

    /**
     * The same wait each time.
     *
     * @param delay the wait
     */
    record Fixed(Duration delay) implements Backoff {
        /**
         * Checks the delay.
         *
         * @param delay the wait, not negative
         */
        public Fixed {
            Checks.notNegative(delay, "delay");
        }

        @Override
        public Duration after(int failedAttempts) {
            return delay;
        }

        @Override
        public <T> T fold(Function<Fixed, T> fixed, Function<Exponential, T> exponential, Function<Listed, T> listed) {
            return fixed.apply(this);
        }
    }

    /**
     * A wait that doubles each time: {@code min(cap, first * 2^(failed attempts - 1))}.
     *
     * @param first the wait after the first failed attempt
     * @param cap the longest wait
     */
    record Exponential(Duration first, Duration cap) implements Backoff {
        /**
         * Checks the delays.
         *
         * @param first the wait after the first failed attempt, positive
         * @param cap the longest wait, not shorter than the first
         */
        public Exponential {
            Checks.positive(first, "first delay");
            Checks.positive(cap, "cap");
            if (cap.compareTo(first) < 0) {
                throw new IllegalArgumentException("cap " + cap + " is shorter than the first delay " + first);
            }
        }

        @Override
        public Duration after(int failedAttempts) {
            Duration delay = first;
            for (int i = 1; i < failedAttempts && delay.compareTo(cap) < 0; i++) {
                delay = delay.compareTo(cap.dividedBy(2)) > 0 ? cap : delay.multipliedBy(2);
            }
            return delay;
        }

        @Override
        public <T> T fold(Function<Fixed, T> fixed, Function<Exponential, T> exponential, Function<Listed, T> listed) {
            return exponential.apply(this);
        }
    }

    /**
     * A wait for each failed attempt; the last one repeats.
     *
     * @param delays the waits in order
     */
    record Listed(List<Duration> delays) implements Backoff {
        /**
         * Checks and copies the delays.
         *
         * @param delays the waits in order, at least one, none negative
         */
        public Listed {
            delays = List.copyOf(delays);
            if (delays.isEmpty()) {
                throw new IllegalArgumentException("delays must hold at least one delay");
            }
            delays.forEach(delay -> Checks.notNegative(delay, "delay"));
        }

        @Override
        public Duration after(int failedAttempts) {
            return delays.get(Math.min(failedAttempts, delays.size()) - 1);
        }

        @Override
        public <T> T fold(Function<Fixed, T> fixed, Function<Exponential, T> exponential, Function<Listed, T> listed) {
            return listed.apply(this);
        }
    }
}
