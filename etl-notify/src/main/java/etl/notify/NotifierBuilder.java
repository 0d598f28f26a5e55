package etl.notify;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What every notifier can be told. Not safe for use by many threads.
 *
 * <p>Defaults: {@link Occasion#RUN_FAILED} and {@link Occasion#SLA_MISSED}, three attempts with a first delay of one
 * second, each at most 10 seconds long.
 *
 * @param <S> the builder itself
 */
public abstract class NotifierBuilder<S extends NotifierBuilder<S>> {
    Set<Occasion> occasions = EnumSet.of(Occasion.RUN_FAILED, Occasion.SLA_MISSED);
    int attempts = 3;
    Duration delay = Duration.ofSeconds(1);
    Duration timeout = Duration.ofSeconds(10);

    NotifierBuilder() {}

    abstract S self();

    /**
     * Says what to notify of, instead of the default.
     *
     * @param first an occasion
     * @param more further ones
     * @return this builder
     */
    public S on(Occasion first, Occasion... more) {
        occasions = EnumSet.of(first, more);
        return self();
    }

    /**
     * Says how often to try, and how long to wait after the first failure; each further wait is twice as long.
     *
     * @param newAttempts 1 to 10
     * @param firstDelay not negative, at most a minute
     * @return this builder
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public S attempts(int newAttempts, Duration firstDelay) {
        if (newAttempts < 1 || newAttempts > 10) {
            throw new IllegalArgumentException("attempts must be 1 to 10, was " + newAttempts);
        }
        if (firstDelay.isNegative() || firstDelay.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("the first delay must be 0 to 60 seconds, was " + firstDelay);
        }
        attempts = newAttempts;
        delay = firstDelay;
        return self();
    }

    /**
     * Limits each attempt.
     *
     * @param perAttempt positive, at most an hour
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public S timeout(Duration perAttempt) {
        if (perAttempt.compareTo(Duration.ofMillis(1)) < 0 || perAttempt.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("timeout must be 1 ms to 1 h, was " + perAttempt);
        }
        timeout = perAttempt;
        return self();
    }

    /** The classes of a failure and its causes: their messages can hold an address or a password. */
    static String kinds(Throwable failure) {
        List<String> names = new ArrayList<>();
        for (Throwable cause = failure; cause != null && names.size() < 4; cause = cause.getCause()) {
            names.add(cause.getClass().getName());
        }
        return String.join(" <- ", names);
    }
}
