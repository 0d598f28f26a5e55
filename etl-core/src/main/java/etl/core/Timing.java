package etl.core;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** What makes a {@link Schedule} tick. Immutable and safe for use by many threads. */
public sealed interface Timing {
    /**
     * The same timing for a schedule that starts at a moment.
     *
     * @param start the moment
     * @return this, unless ticks are counted from the start
     */
    default Timing from(Instant start) {
        return this;
    }

    /**
     * The times of a cron expression.
     *
     * @param expression five fields with one blank between them, or a word that begins with {@code @}
     * @param zone whose clock it means
     */
    record Cron(String expression, ZoneId zone) implements Timing {
        private static final Set<String> WORDS =
                Set.of("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually");
        private static final Pattern BLANKS = Pattern.compile("[ \\t]+");

        /**
         * Checks the form of the expression.
         *
         * @param expression five fields, or a word that begins with {@code @}
         * @param zone whose clock it means
         * @throws IllegalArgumentException if it is neither
         */
        public Cron {
            Objects.requireNonNull(zone, "zone");
            expression = BLANKS.matcher(expression.strip()).replaceAll(" ");
            if (expression.startsWith("@") ? !WORDS.contains(expression) : fields(expression) != 5) {
                throw new IllegalArgumentException("cron expression " + Quoted.of(expression) + " has "
                        + (expression.startsWith("@") ? "an unknown word" : fields(expression) + " fields")
                        + "; write five, minute, hour, day of month, month, day of week, as in '30 6 * * MON-FRI', or"
                        + " one of " + WORDS.stream().sorted().toList());
            }
        }

        private static int fields(String text) {
            return text.isEmpty() ? 0 : text.split(" ", -1).length;
        }

        @Override
        public String toString() {
            return "cron '" + expression + "' in " + zone;
        }
    }

    /**
     * The same time again and again.
     *
     * @param interval whole seconds, at least one
     * @param anchor one of the ticks, of which some may be before it
     */
    record Every(Duration interval, Instant anchor) implements Timing {
        /**
         * Checks the interval.
         *
         * @param interval whole seconds, at least one
         * @param anchor one of the ticks
         * @throws IllegalArgumentException if the interval is shorter than a second or has parts of a second
         */
        public Every {
            Objects.requireNonNull(anchor, "anchor");
            if (interval.toSeconds() < 1 || !interval.equals(interval.truncatedTo(ChronoUnit.SECONDS))) {
                throw new IllegalArgumentException(
                        "the interval of a schedule is a number of whole seconds, at least one, but this one is "
                                + interval);
            }
        }

        @Override
        public Timing from(Instant start) {
            return new Every(interval, start);
        }

        @Override
        public String toString() {
            return "every " + interval + (anchor.equals(Instant.EPOCH) ? "" : " from " + anchor);
        }
    }

    /** No ticks; runs are triggered by hand or by events. */
    record Manual() implements Timing {
        @Override
        public String toString() {
            return "manual";
        }
    }
}
