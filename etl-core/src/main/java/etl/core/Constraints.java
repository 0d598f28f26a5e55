package etl.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the value of a parameter must satisfy beyond its type, as data that people and engines can read. Immutable and
 * safe for use by many threads.
 *
 * @param minimum the text form of the least value, or empty if there is none
 * @param maximum the text form of the greatest value, or empty if there is none
 * @param pattern the regular expression, as of {@link java.util.regex.Pattern}, that a whole text must match, or empty if
 *     any text will do
 * @param choices the text forms of the only values that are allowed; empty if they are not restricted
 * @param notEmpty whether a text or a list must not be empty
 * @param checks for each condition in code, its message, such as "must be a working day"
 */
public record Constraints(
        Optional<String> minimum,
        Optional<String> maximum,
        Optional<String> pattern,
        List<String> choices,
        boolean notEmpty,
        List<String> checks) {
    static final Constraints NONE =
            new Constraints(Optional.empty(), Optional.empty(), Optional.empty(), List.of(), false, List.of());

    /**
     * Copies the lists.
     *
     * @param minimum the text form of the least value
     * @param maximum the text form of the greatest value
     * @param pattern the regular expression
     * @param choices the text forms of the only values that are allowed
     * @param notEmpty whether a text or a list must not be empty
     * @param checks the message of each condition in code
     */
    public Constraints {
        choices = List.copyOf(choices);
        checks = List.copyOf(checks);
    }

    /**
     * Whether every value of the type is allowed.
     *
     * @return true if there is no constraint
     */
    public boolean isEmpty() {
        return equals(NONE);
    }

    Constraints withMinimum(String text) {
        return new Constraints(Optional.of(text), maximum, pattern, choices, notEmpty, checks);
    }

    Constraints withMaximum(String text) {
        return new Constraints(minimum, Optional.of(text), pattern, choices, notEmpty, checks);
    }

    Constraints withPattern(String regex) {
        return new Constraints(minimum, maximum, Optional.of(regex), choices, notEmpty, checks);
    }

    Constraints withChoices(List<String> texts) {
        return new Constraints(minimum, maximum, pattern, texts, notEmpty, checks);
    }

    Constraints withNotEmpty() {
        return new Constraints(minimum, maximum, pattern, choices, true, checks);
    }

    Constraints withCheck(String message) {
        List<String> more = new ArrayList<>(checks);
        more.add(message);
        return new Constraints(minimum, maximum, pattern, choices, notEmpty, more);
    }

    /** For people. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        minimum.ifPresent(text -> parts.add("at least " + text));
        maximum.ifPresent(text -> parts.add("at most " + text));
        pattern.ifPresent(regex -> parts.add("matching " + regex));
        if (!choices.isEmpty()) {
            parts.add("one of " + String.join(", ", choices));
        }
        if (notEmpty) {
            parts.add("not empty");
        }
        parts.addAll(checks);
        return String.join("; ", parts);
    }
}
