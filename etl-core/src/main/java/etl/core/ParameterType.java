package etl.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The type of a parameter with its text form, in which arguments are stored and handed to engines. The text form of
 * dates, times and durations is ISO-8601, that of lists and records is JSON (RFC 8259), that of a secret is its reference,
 * of everything else what Java prints; it depends on no locale and no time zone. Immutable and safe for use by many
 * threads.
 *
 * <p>In JSON, whole numbers and finite {@code double} numbers are numbers, booleans are booleans, and everything else,
 * {@code BigDecimal} and {@code BigInteger} included, is a string, because many readers of JSON would round it.
 *
 * @param <T> the type of the values
 */
public abstract sealed class ParameterType<T extends @Nullable Object>
        permits ScalarParameterType, ListParameterType, RecordParameterType {
    private final Class<?> javaType;

    ParameterType(Class<?> javaType) {
        this.javaType = javaType;
    }

    /**
     * The class of the values.
     *
     * @return the class; {@code List} for a list
     */
    public final Class<?> javaType() {
        return javaType;
    }

    /**
     * What a value looks like, for people.
     *
     * @return for example "a date such as 2001-01-31"
     */
    public abstract String expected();

    /**
     * The type of a list's elements.
     *
     * @return the type, or empty if this is no list
     */
    public Optional<ParameterType<?>> element() {
        return Optional.empty();
    }

    /**
     * The types of a record's components, by name and in the order of their declaration.
     *
     * @return an unmodifiable map, empty if this is no record
     */
    public Map<String, ParameterType<?>> components() {
        return Map.of();
    }

    /**
     * The names of an enum's constants.
     *
     * @return the names in the order of their declaration, empty if this is no enum
     */
    public List<String> constants() {
        return List.of();
    }

    /**
     * Whether values hold a {@link Secret}.
     *
     * @return true for a secret, a list of secrets, and a record with a secret in it
     */
    public abstract boolean isSecret();

    /**
     * Reads the text form. A list of anything but lists and records may also be written as {@code a,b,c}.
     *
     * @param text the text
     * @return the value
     * @throws IllegalArgumentException if the text is no such value; the message says what was expected, names every
     *     fault, and never repeats a text that was given for a secret
     */
    @SuppressWarnings({"unchecked", "NullAway"})
    public final T parse(String text) {
        ArgumentFaults faults = ArgumentFaults.none();
        Object value = readText(text, faults);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(faults.toString());
        }
        return (T) value;
    }

    /**
     * Writes the text form.
     *
     * @param value a value of this type
     * @return the text that {@link #parse} reads back
     */
    public abstract String format(Object value);

    /** The value that the text form means, or null after adding a fault. */
    abstract @Nullable Object readText(String text, ArgumentFaults faults);

    /** The value that a part of a JSON text means, or null after adding a fault. */
    abstract @Nullable Object readJson(Object json, ArgumentFaults faults);

    /** The value as {@link JsonText} writes it. */
    abstract Object toJson(Object value);

    /** A copy of the value that nobody can change, or null after adding a fault. */
    abstract @Nullable Object accept(@Nullable Object value, ArgumentFaults faults);

    /** Whether every value is immutable, so that it need not be copied. */
    abstract boolean isImmutable();

    /** What identifies the type in a pipeline's fingerprint, on one line. */
    abstract String identity();

    @Override
    public final String toString() {
        return expected();
    }
}
