package etl.core;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The type of a parameter with its text form, in which arguments are stored and handed to engines. The text form of
 * dates, times and durations is ISO-8601, of everything else what Java prints; it depends on no locale. Immutable and
 * safe for use by many threads.
 *
 * @param <T> the type of the values
 */
public final class ParameterType<T extends @Nullable Object> {
    private final Class<?> javaType;
    private final String expected;
    private final Function<String, T> parser;

    private ParameterType(Class<?> javaType, String expected, Function<String, T> parser) {
        this.javaType = javaType;
        this.expected = expected;
        this.parser = parser;
    }

    /**
     * The type for a class.
     *
     * @param type String, Integer, Long, Double, BigDecimal, Boolean, LocalDate, LocalDateTime, Instant, Duration or an
     *     enum
     * @param <T> the type of the values
     * @return the parameter type
     * @throws IllegalArgumentException for any other class
     */
    static <T> ParameterType<T> of(Class<T> type) {
        Objects.requireNonNull(type, "type");
        if (type == String.class) {
            return of(type, "text", text -> text);
        }
        if (type == Integer.class) {
            return of(type, "a whole number from -2147483648 to 2147483647", Integer::valueOf);
        }
        if (type == Long.class) {
            return of(type, "a whole number", Long::valueOf);
        }
        if (type == Double.class) {
            return of(type, "a number such as 0.25", Double::valueOf);
        }
        if (type == BigDecimal.class) {
            return of(type, "a number such as 0.25", BigDecimal::new);
        }
        if (type == Boolean.class) {
            return of(type, "true or false", ParameterType::parseBoolean);
        }
        if (type == LocalDate.class) {
            return of(type, "a date such as 2001-01-31", LocalDate::parse);
        }
        if (type == LocalDateTime.class) {
            return of(type, "a date and time such as 2001-01-31T23:59:00", LocalDateTime::parse);
        }
        if (type == Instant.class) {
            return of(type, "a point in time such as 2001-01-31T23:59:00Z", Instant::parse);
        }
        if (type == Duration.class) {
            return of(type, "a duration such as PT15M", Duration::parse);
        }
        if (type.isEnum()) {
            return ofEnum(type);
        }
        throw new IllegalArgumentException("a parameter cannot be of type " + type.getName()
                + "; use String, Integer, Long, Double, BigDecimal, Boolean, LocalDate, LocalDateTime, Instant,"
                + " Duration or an enum");
    }

    private static <T> ParameterType<T> of(Class<T> type, String expected, Function<String, Object> parser) {
        return new ParameterType<>(type, expected, text -> type.cast(parser.apply(text)));
    }

    private static <T> ParameterType<T> ofEnum(Class<T> type) {
        T[] constants = Objects.requireNonNull(type.getEnumConstants());
        String names = Stream.of(constants).map(c -> ((Enum<?>) c).name()).collect(Collectors.joining(", "));
        return of(
                type,
                "one of " + names,
                text -> Arrays.stream(constants)
                        .filter(c -> ((Enum<?>) c).name().equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no such constant")));
    }

    private static Boolean parseBoolean(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        throw new IllegalArgumentException("neither true nor false");
    }

    /**
     * The class of the values.
     *
     * @return the class
     */
    public Class<?> javaType() {
        return javaType;
    }

    /**
     * What a value looks like, for people.
     *
     * @return for example "a date such as 2001-01-31"
     */
    public String expected() {
        return expected;
    }

    /**
     * Reads the text form.
     *
     * @param text the text
     * @return the value
     * @throws IllegalArgumentException if the text is no such value; the message says what was expected
     */
    public T parse(String text) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException | java.time.DateTimeException notReadable) {
            throw new IllegalArgumentException("'" + text + "' is not " + expected, notReadable);
        }
    }

    /**
     * Writes the text form.
     *
     * @param value a value
     * @return the text that {@link #parse} reads back
     */
    public String format(Object value) {
        return value instanceof Enum<?> constant ? constant.name() : value.toString();
    }

    boolean accepts(Object value) {
        return javaType.isInstance(value);
    }
}
