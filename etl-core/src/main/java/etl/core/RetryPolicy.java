package etl.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * When a failed attempt is tried again, and after how long. Each method returns a changed copy. Immutable and safe for
 * use by many threads.
 *
 * <p>Defaults of {@code attempts(n)}: no delay, no jitter, every exception is retried, no deadline.
 */
public final class RetryPolicy {
    private static final RetryPolicy NONE = new RetryPolicy(
            1, new Backoff.Fixed(Duration.ZERO), 0, List.of(), List.of(), Optional.empty(), Optional.empty());
    /** A longer one cannot be counted in nanoseconds; 292 years may do without jitter. */
    private static final Duration LONGEST_SPREAD = Duration.ofNanos(Long.MAX_VALUE);

    private final int maxAttempts;
    private final Backoff backoff;
    private final double jitter;
    private final List<Class<? extends Throwable>> retried;
    private final List<Class<? extends Throwable>> aborting;
    private final Optional<Predicate<? super Throwable>> condition;
    private final Optional<Duration> deadline;

    private RetryPolicy(
            int maxAttempts,
            Backoff backoff,
            double jitter,
            List<Class<? extends Throwable>> retried,
            List<Class<? extends Throwable>> aborting,
            Optional<Predicate<? super Throwable>> condition,
            Optional<Duration> deadline) {
        this.maxAttempts = maxAttempts;
        this.backoff = backoff;
        this.jitter = jitter;
        this.retried = retried;
        this.aborting = aborting;
        this.condition = condition;
        this.deadline = deadline;
    }

    /**
     * One attempt, no retry: the default of a task.
     *
     * @return the policy
     */
    public static RetryPolicy none() {
        return NONE;
    }

    /**
     * At most so many attempts, the first one included.
     *
     * @param maxAttempts at least 1
     * @return the policy
     * @throws IllegalArgumentException if {@code maxAttempts} is less than 1
     */
    public static RetryPolicy attempts(int maxAttempts) {
        Checks.atLeastOne(maxAttempts, "attempts");
        return new RetryPolicy(
                maxAttempts, NONE.backoff, NONE.jitter, NONE.retried, NONE.aborting, NONE.condition, NONE.deadline);
    }

    /**
     * Waits the same time before each retry.
     *
     * @param delay the wait, not negative
     * @return the changed copy
     * @throws IllegalArgumentException if the delay is negative
     */
    public RetryPolicy fixed(Duration delay) {
        return with(new Backoff.Fixed(delay));
    }

    /**
     * Waits twice as long before each further retry.
     *
     * @param first the wait before the first retry, positive
     * @param cap the longest wait
     * @return the changed copy
     * @throws IllegalArgumentException if a delay is not positive or the cap is shorter than the first delay
     */
    public RetryPolicy exponential(Duration first, Duration cap) {
        return with(new Backoff.Exponential(first, cap));
    }

    /**
     * Waits as the list says; its last delay repeats.
     *
     * @param delays the wait before each retry, none negative
     * @return the changed copy
     * @throws IllegalArgumentException if there is no delay or one is negative
     */
    public RetryPolicy delays(Duration... delays) {
        return with(new Backoff.Listed(Arrays.asList(delays)));
    }

    private RetryPolicy with(Backoff newBackoff) {
        return new RetryPolicy(maxAttempts, newBackoff, jitter, retried, aborting, condition, deadline);
    }

    /**
     * Spreads each wait evenly over {@code [delay * (1 - fraction), delay * (1 + fraction)]}, never beyond the cap of an
     * exponential backoff.
     *
     * @param fraction from 0 (none) to 1
     * @return the changed copy
     * @throws IllegalArgumentException if the fraction is outside 0 to 1
     */
    public RetryPolicy jitter(double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("jitter must be from 0 to 1, was " + fraction);
        }
        return new RetryPolicy(maxAttempts, backoff, fraction, retried, aborting, condition, deadline);
    }

    /**
     * Retries these exceptions and their subclasses only.
     *
     * @param types the exceptions worth another attempt; they replace those of an earlier call
     * @return the changed copy
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final RetryPolicy retryOn(Class<? extends Throwable>... types) {
        return new RetryPolicy(maxAttempts, backoff, jitter, List.of(types), aborting, condition, deadline);
    }

    /**
     * Never retries these exceptions and their subclasses, whatever {@link #retryOn} says.
     *
     * @param types the exceptions that end the task at once; they replace those of an earlier call
     * @return the changed copy
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final RetryPolicy abortOn(Class<? extends Throwable>... types) {
        return new RetryPolicy(maxAttempts, backoff, jitter, retried, List.of(types), condition, deadline);
    }

    /**
     * Retries only what the predicate accepts, on top of {@link #retryOn} and {@link #abortOn}. A predicate that throws
     * counts as "do not retry", and its exception is added to the failure as a suppressed one.
     *
     * @param predicate called on a worker thread with the exception of the attempt
     * @return the changed copy
     */
    public RetryPolicy retryIf(Predicate<? super Throwable> predicate) {
        return new RetryPolicy(maxAttempts, backoff, jitter, retried, aborting, Optional.of(predicate), deadline);
    }

    /**
     * Starts no attempt that would begin later than this after the first attempt began.
     *
     * @param total the time for all attempts and waits together, positive
     * @return the changed copy
     * @throws IllegalArgumentException if the time is not positive
     */
    public RetryPolicy deadline(Duration total) {
        Checks.positive(total, "deadline");
        return new RetryPolicy(maxAttempts, backoff, jitter, retried, aborting, condition, Optional.of(total));
    }

    /**
     * How often a task is attempted at most.
     *
     * @return at least 1
     */
    public int maxAttempts() {
        return maxAttempts;
    }

    /**
     * How the waits grow.
     *
     * @return the backoff
     */
    public Backoff backoff() {
        return backoff;
    }

    /**
     * How far a wait is spread.
     *
     * @return the fraction, 0 for none
     */
    public double jitter() {
        return jitter;
    }

    /**
     * The time for all attempts together.
     *
     * @return the deadline, or empty for none
     */
    public Optional<Duration> deadline() {
        return deadline;
    }

    /**
     * Whether some exceptions are not retried.
     *
     * @return true if {@link #retryOn}, {@link #abortOn} or {@link #retryIf} was used
     */
    public boolean isSelective() {
        return !retried.isEmpty() || !aborting.isEmpty() || condition.isPresent();
    }

    /**
     * Whether the waits are known before the run.
     *
     * @return false if there is jitter
     */
    public boolean isDeterministic() {
        return jitter == 0;
    }

    /**
     * Decides what follows a failed attempt.
     *
     * @param failedAttempts how many attempts have failed, at least 1
     * @param failure why the last one failed
     * @param elapsed the time since the first attempt began
     * @param random the source of the jitter
     * @return the wait before the next attempt, or empty if there is none
     */
    public Optional<Duration> delayAfter(
            int failedAttempts, Throwable failure, Duration elapsed, RandomGenerator random) {
        if (failedAttempts >= maxAttempts || !accepts(failure)) {
            return Optional.empty();
        }
        Duration delay = jittered(backoff.after(failedAttempts), random);
        if (deadline.isPresent() && elapsed.compareTo(deadline.get().minus(delay)) > 0) {
            return Optional.empty();
        }
        return Optional.of(delay);
    }

    private boolean accepts(Throwable failure) {
        if (failure instanceof NotRetryableException || aborting.stream().anyMatch(type -> type.isInstance(failure))) {
            return false;
        }
        if (!retried.isEmpty() && retried.stream().noneMatch(type -> type.isInstance(failure))) {
            return false;
        }
        try {
            return condition.isEmpty() || condition.get().test(failure);
        } catch (RuntimeException | Error predicateFailed) {
            if (!predicateFailed.equals(failure)) {
                failure.addSuppressed(predicateFailed);
            }
            return false;
        }
    }

    private Duration jittered(Duration delay, RandomGenerator random) {
        if (jitter == 0 || delay.isZero() || delay.compareTo(LONGEST_SPREAD) > 0) {
            return delay;
        }
        double factor = 1 - jitter + 2 * jitter * random.nextDouble();
        Duration spread = Duration.ofNanos((long) (delay.toNanos() * factor));
        return backoff instanceof Backoff.Exponential growing && spread.compareTo(growing.cap()) > 0
                ? growing.cap()
                : spread;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RetryPolicy that
                && maxAttempts == that.maxAttempts
                && backoff.equals(that.backoff)
                && jitter == that.jitter
                && retried.equals(that.retried)
                && aborting.equals(that.aborting)
                && condition.equals(that.condition)
                && deadline.equals(that.deadline);
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxAttempts, backoff, jitter, retried, aborting, condition, deadline);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add(maxAttempts + (maxAttempts == 1 ? " attempt" : " attempts"));
        if (maxAttempts > 1) {
            parts.add(backoff.toString());
        }
        if (jitter > 0) {
            parts.add("jitter " + jitter);
        }
        deadline.ifPresent(total -> parts.add("deadline " + total));
        return String.join(", ", parts);
    }
}
