package etl.core.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ErrorInfoTest {
    private static final int MAX_STACK = 32_768;
    private static final int MAX_MESSAGE = 8_192;

    @Test
    void an_exception_becomes_its_class_message_and_stack() {
        ErrorInfo error = ErrorInfo.of(new IOException("disk full", new IllegalStateException("inner")));

        assertThat(error.type()).isEqualTo("java.io.IOException");
        assertThat(error.message()).isEqualTo("disk full");
        assertThat(error.stack())
                .startsWith("java.io.IOException: disk full")
                .contains("an_exception_becomes_its_class_message_and_stack")
                .contains("Caused by: java.lang.IllegalStateException: inner");
        assertThat(error).hasToString("java.io.IOException: disk full");
    }

    @Test
    void a_missing_message_is_empty() {
        assertThat(ErrorInfo.of(new IOException()))
                .returns("", ErrorInfo::message)
                .hasToString("java.io.IOException");
    }

    @Test
    void suppressed_exceptions_are_in_the_stack() {
        IOException failure = new IOException("first");
        failure.addSuppressed(new IllegalStateException("second"));

        assertThat(ErrorInfo.of(failure).stack()).contains("Suppressed: java.lang.IllegalStateException: second");
    }

    @Test
    void causes_in_a_circle_end() {
        IOException first = new IOException("first");
        first.initCause(new IllegalStateException("second", first));
        first.addSuppressed(new IllegalArgumentException(first));

        assertThat(ErrorInfo.of(first).stack())
                .startsWith("java.io.IOException: first")
                .contains("java.lang.IllegalStateException: second")
                .contains("CIRCULAR REFERENCE");
    }

    @Test
    void of_a_hundred_thousand_causes_the_outermost_are_kept() {
        Throwable failure = new IOException("innermost");
        for (int i = 0; i < 100_000; i++) {
            failure = new IllegalStateException("cause " + i, failure);
        }

        assertThat(ErrorInfo.of(failure).stack())
                .startsWith("java.lang.IllegalStateException: cause 99999")
                .contains("Caused by: java.lang.IllegalStateException: cause 99998")
                .hasSize(MAX_STACK);
    }

    @Test
    void a_cause_that_makes_a_new_cause_each_time_ends() {
        class Endless extends RuntimeException {
            private static final long serialVersionUID = 1;

            Endless() {
                super(null, null, true, false);
            }

            @Override
            public synchronized Throwable getCause() {
                return new Endless();
            }
        }

        assertThat(ErrorInfo.of(new Endless()).stack())
                .startsWith(Endless.class.getName())
                .hasSize(MAX_STACK);
    }

    @Test
    void a_huge_message_is_cut() {
        ErrorInfo error = ErrorInfo.of(new IOException("x".repeat(50_000_000)));

        assertThat(error.message()).hasSize(MAX_MESSAGE).matches("x+");
        assertThat(error.stack()).hasSize(MAX_STACK).startsWith("java.io.IOException: xxx");
    }

    @Test
    void what_lies_outside_the_basic_plane_is_cut_within_the_limit_and_never_in_two() {
        String emoji = "\uD83D\uDE00";

        for (String start : new String[] {"", "x"}) {
            ErrorInfo error = ErrorInfo.of(new IOException(start + emoji.repeat(40_000)));

            assertThat(error.message())
                    .hasSizeBetween(MAX_MESSAGE - 1, MAX_MESSAGE)
                    .endsWith(emoji);
            assertThat(error.stack()).hasSizeBetween(MAX_STACK - 1, MAX_STACK).endsWith(emoji);
        }
    }

    @Test
    void what_postgresql_cannot_store_is_replaced() {
        ErrorInfo error = ErrorInfo.of(new IOException("a\0b\uD800c\uDC00d\uD83D\uDE00\n\t\u001B"));

        assertThat(error.message()).isEqualTo("a\uFFFDb\uFFFDc\uFFFDd\uD83D\uDE00\n\t\u001B");
        assertThat(error.stack()).contains("a\uFFFDb\uFFFDc\uFFFDd").doesNotContain("\0");
    }

    @Test
    void an_exception_that_cannot_be_described_is_described_by_its_class() {
        class Unspeakable extends RuntimeException {
            private static final long serialVersionUID = 1;

            @Override
            public @Nullable String getMessage() {
                throw new StackOverflowError();
            }
        }

        assertThat(ErrorInfo.of(new Unspeakable()))
                .returns("(its getMessage() threw java.lang.StackOverflowError)", ErrorInfo::message)
                .returns(Unspeakable.class.getName(), ErrorInfo::stack);
    }

    @Test
    void a_cause_that_cannot_be_described_hides_nothing_of_the_exception_itself() {
        class Unspeakable extends RuntimeException {
            private static final long serialVersionUID = 1;

            @Override
            public String getLocalizedMessage() {
                throw new IllegalStateException();
            }
        }

        assertThat(ErrorInfo.of(new IOException("disk full", new Unspeakable())).stack())
                .startsWith("java.io.IOException: disk full")
                .contains("a_cause_that_cannot_be_described_hides_nothing_of_the_exception_itself");
    }
}
