package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE);

    private final RandomGenerator random = new SplittableRandom(7);

    private Optional<Duration> after(RetryPolicy policy, int failedAttempts, Throwable failure, Duration elapsed) {
        return policy.delayAfter(failedAttempts, failure, elapsed, random);
    }

    private boolean retries(RetryPolicy policy, Throwable failure) {
        return after(policy, 1, failure, Duration.ZERO).isPresent();
    }

    @Test
    void without_a_policy_there_is_one_attempt() {
        assertThat(RetryPolicy.none().maxAttempts()).isEqualTo(1);
        assertThat(retries(RetryPolicy.none(), new IOException())).isFalse();
    }

    @Test
    void the_first_attempt_counts() {
        RetryPolicy policy = RetryPolicy.attempts(3).fixed(SECOND);

        assertThat(after(policy, 1, new IOException(), Duration.ZERO)).contains(SECOND);
        assertThat(after(policy, 2, new IOException(), Duration.ZERO)).contains(SECOND);
        assertThat(after(policy, 3, new IOException(), Duration.ZERO)).isEmpty();
        assertThat(after(policy, 4, new IOException(), Duration.ZERO)).isEmpty();
    }

    @Test
    void unless_told_otherwise_the_next_attempt_does_not_wait() {
        assertThat(after(RetryPolicy.attempts(2), 1, new Error(), Duration.ZERO))
                .contains(Duration.ZERO);
    }

    @Test
    void each_method_returns_a_copy() {
        RetryPolicy policy = RetryPolicy.attempts(2);
        policy.fixed(SECOND)
                .jitter(1)
                .deadline(SECOND)
                .retryOn(IOException.class)
                .retryIf(failure -> false);

        assertThat(policy).isEqualTo(RetryPolicy.attempts(2)).hasSameHashCodeAs(RetryPolicy.attempts(2));
        assertThat(policy.isSelective()).isFalse();
        assertThat(policy.isDeterministic()).isTrue();
        assertThat(policy.deadline()).isEmpty();
    }

    @Test
    void the_last_backoff_replaces_the_others() {
        RetryPolicy policy = RetryPolicy.attempts(9)
                .exponential(SECOND, Duration.ofMinutes(1))
                .fixed(Duration.ofSeconds(8))
                .delays(Duration.ofSeconds(5), Duration.ofSeconds(6));

        assertThat(after(policy, 1, new IOException(), Duration.ZERO)).contains(Duration.ofSeconds(5));
        assertThat(after(policy, 7, new IOException(), Duration.ZERO)).contains(Duration.ofSeconds(6));
    }

    @Test
    void only_the_named_exceptions_and_their_subclasses_are_retried() {
        RetryPolicy policy = RetryPolicy.attempts(2).retryOn(IOException.class, IllegalStateException.class);

        assertThat(retries(policy, new FileNotFoundException())).isTrue();
        assertThat(retries(policy, new IllegalStateException())).isTrue();
        assertThat(retries(policy, new UncheckedIOException(new IOException()))).isFalse();
        assertThat(policy.isSelective()).isTrue();
    }

    @Test
    void an_exception_to_abort_on_is_stronger_than_one_to_retry_on() {
        RetryPolicy policy =
                RetryPolicy.attempts(2).abortOn(FileNotFoundException.class).retryOn(IOException.class);

        assertThat(retries(policy, new IOException())).isTrue();
        assertThat(retries(policy, new FileNotFoundException())).isFalse();
        assertThat(policy.isSelective()).isTrue();
    }

    @Test
    void a_failure_that_says_so_is_never_retried() {
        RetryPolicy policy = RetryPolicy.attempts(2).retryIf(failure -> true);

        assertThat(retries(policy, new NotRetryableException("the file is for another year", new IOException())))
                .isFalse();
    }

    @Test
    void the_predicate_sees_the_exception_of_the_attempt_and_decides() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        IOException failure = new IOException("503");
        RetryPolicy policy = RetryPolicy.attempts(2).retryIf(thrown -> {
            seen.set(thrown);
            return "503".equals(thrown.getMessage());
        });

        assertThat(retries(policy, failure)).isTrue();
        assertThat(seen.get()).isSameAs(failure);
        assertThat(retries(policy, new IOException("404"))).isFalse();
    }

    @Test
    void a_predicate_is_asked_only_about_what_the_types_allow() {
        RetryPolicy policy =
                RetryPolicy.attempts(2).retryOn(IOException.class).retryIf(failure -> ((IOException) failure) != null);

        assertThat(retries(policy, new IllegalStateException())).isFalse();
    }

    @Test
    void a_predicate_that_throws_means_no_retry_and_hides_nothing() {
        IOException failure = new IOException();
        IllegalStateException broken = new IllegalStateException("predicate");
        RetryPolicy policy = RetryPolicy.attempts(2).retryIf(thrown -> {
            throw broken;
        });

        assertThat(retries(policy, failure)).isFalse();
        assertThat(failure.getSuppressed()).containsExactly(broken);
    }

    @Test
    void a_predicate_that_throws_an_error_means_no_retry_too() {
        IOException failure = new IOException();
        AssertionError broken = new AssertionError("predicate");
        RetryPolicy policy = RetryPolicy.attempts(2).retryIf(thrown -> {
            throw broken;
        });

        assertThat(retries(policy, failure)).isFalse();
        assertThat(failure.getSuppressed()).containsExactly(broken);
    }

    @Test
    void a_predicate_may_throw_the_very_failure_it_was_asked_about() {
        IllegalStateException failure = new IllegalStateException();
        RetryPolicy policy = RetryPolicy.attempts(2).retryIf(thrown -> {
            throw failure;
        });

        assertThat(retries(policy, failure)).isFalse();
        assertThat(failure.getSuppressed()).isEmpty();
    }

    @Test
    void an_attempt_may_begin_at_the_deadline_but_not_after_it() {
        RetryPolicy policy = RetryPolicy.attempts(9).fixed(SECOND).deadline(Duration.ofSeconds(10));

        assertThat(after(policy, 1, new IOException(), Duration.ofSeconds(9))).contains(SECOND);
        assertThat(after(policy, 1, new IOException(), Duration.ofSeconds(9).plusNanos(1)))
                .isEmpty();
    }

    @Test
    void the_longest_waits_neither_overflow_nor_end_the_run() {
        IOException failure = new IOException();

        assertThat(after(RetryPolicy.attempts(2).fixed(LONGEST), 1, failure, LONGEST))
                .contains(LONGEST);
        assertThat(after(RetryPolicy.attempts(2).fixed(LONGEST).deadline(LONGEST), 1, failure, SECOND))
                .isEmpty();
        assertThat(after(RetryPolicy.attempts(2).fixed(SECOND).deadline(SECOND), 1, failure, LONGEST))
                .isEmpty();
        assertThat(after(RetryPolicy.attempts(2).fixed(LONGEST).jitter(1), 1, failure, SECOND)
                        .orElseThrow())
                .isPositive();
        assertThat(after(
                                RetryPolicy.attempts(Integer.MAX_VALUE)
                                        .exponential(SECOND, LONGEST)
                                        .jitter(1),
                                Integer.MAX_VALUE - 1,
                                failure,
                                SECOND)
                        .orElseThrow())
                .isBetween(Duration.ZERO, LONGEST);
    }

    @Test
    void impossible_settings_are_refused_with_their_value() {
        RetryPolicy policy = RetryPolicy.attempts(2);

        assertThatThrownBy(() -> RetryPolicy.attempts(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attempts must be at least 1, was 0");
        assertThatThrownBy(() -> policy.fixed(Duration.ofNanos(-1)))
                .hasMessage("delay must not be negative, was PT-0.000000001S");
        assertThatThrownBy(policy::delays).hasMessage("delays must hold at least one delay");
        assertThatThrownBy(() -> policy.deadline(Duration.ZERO))
                .hasMessage("deadline must be longer than zero, was PT0S");
        for (double fraction : new double[] {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> policy.jitter(fraction))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("jitter must be from 0 to 1, was " + fraction);
        }
    }

    @Test
    void a_policy_prints_as_its_settings() {
        assertThat(RetryPolicy.none()).hasToString("1 attempt");
        assertThat(RetryPolicy.attempts(3).fixed(SECOND).jitter(0.5).deadline(Duration.ofMinutes(1)))
                .hasToString("3 attempts, Fixed[delay=PT1S], jitter 0.5, deadline PT1M");
    }

    @Test
    void policies_with_the_same_settings_are_equal() {
        assertThat(RetryPolicy.attempts(3).exponential(SECOND, LONGEST).retryOn(IOException.class))
                .isEqualTo(RetryPolicy.attempts(3).retryOn(IOException.class).exponential(SECOND, LONGEST))
                .isNotEqualTo(RetryPolicy.attempts(3).abortOn(IOException.class).exponential(SECOND, LONGEST));
    }
}
