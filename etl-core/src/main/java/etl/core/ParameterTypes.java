package etl.core;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the parameter type for a Java type. */
final class ParameterTypes {
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:[0-9]++\\.?[0-9]*+|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?|NaN|[+-]?Infinity");
    private static final Map<Class<?>, ScalarParameterType<?>> SCALARS = Stream.of(
                    scalar(String.class, "text", ParameterTypes::storable),
                    number(Integer.class, "a whole number from -2147483648 to 2147483647", Integer::valueOf),
                    number(Long.class, "a whole number of at most 64 bits", Long::valueOf),
                    number(BigInteger.class, "a whole number", BigInteger::new),
                    number(Double.class, "a number such as 0.25", Double::valueOf),
                    number(BigDecimal.class, "a number such as 0.25", BigDecimal::new),
                    scalar(Boolean.class, "true or false", ParameterTypes::truth),
                    scalar(LocalDate.class, "a date such as 2001-01-31", LocalDate::parse),
                    scalar(LocalTime.class, "a time such as 23:59:00", LocalTime::parse),
                    scalar(LocalDateTime.class, "a date and time such as 2001-01-31T23:59:00", LocalDateTime::parse),
                    scalar(
                            OffsetDateTime.class,
                            "a date and time with an offset such as 2001-01-31T23:59:00+01:00",
                            OffsetDateTime::parse),
                    scalar(
                            ZonedDateTime.class,
                            "a date and time with a zone such as 2001-01-31T23:59:00+01:00[Europe/Berlin]",
                            ZonedDateTime::parse),
                    scalar(Instant.class, "a point in time such as 2001-01-31T23:59:00Z", Instant::parse),
                    scalar(YearMonth.class, "a month such as 2001-01", YearMonth::parse),
                    scalar(ZoneId.class, "a time zone such as Europe/Berlin", ZoneId::of),
                    scalar(Duration.class, "a duration such as PT15M", Duration::parse),
                    scalar(Period.class, "a period such as P1M", Period::parse),
                    scalar(
                            Secret.class,
                            "a reference to an environment variable such as env:DB_PASSWORD",
                            Secret::parse))
            .collect(Collectors.toUnmodifiableMap(ScalarParameterType::javaType, Function.identity()));
    private static final Map<Class<?>, Class<?>> BOXED = Map.of(
            int.class, Integer.class, long.class, Long.class, double.class, Double.class, boolean.class, Boolean.class);

    /** The records around the one that is being looked at, so that one that contains itself is found. */
    private final List<Class<?>> enclosing = new ArrayList<>();

    private ParameterTypes() {}

    @SuppressWarnings("unchecked")
    static <T> ParameterType<T> of(Class<T> type) {
        return (ParameterType<T>) new ParameterTypes().find(Objects.requireNonNull(type, "type"));
    }

    @SuppressWarnings("unchecked")
    static <T> ParameterType<T> of(GenericType<T> type) {
        return (ParameterType<T>) new ParameterTypes().find(type.type());
    }

    private ParameterType<?> find(Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return new ListParameterType<>(find(generic.getActualTypeArguments()[0]));
        }
        if (type instanceof Class<?> plain) {
            return find(plain);
        }
        throw refused(type);
    }

    private ParameterType<?> find(Class<?> type) {
        ScalarParameterType<?> scalar = SCALARS.get(type);
        if (scalar != null) {
            return scalar;
        }
        if (type.isEnum()) {
            return constants(type);
        }
        if (type.isRecord()) {
            return record(type);
        }
        throw refused(type);
    }

    private static IllegalArgumentException refused(Type type) {
        String hint = type == List.class
                ? "; say what is in the list: new GenericType<List<String>>() {}"
                : "; use String, Integer, Long, BigInteger, Double, BigDecimal, Boolean, an enum, a date or time of"
                        + " java.time, Duration, Period, ZoneId, Secret, a record of these or a List of these";
        return new IllegalArgumentException("a parameter cannot be of type " + type.getTypeName() + hint);
    }

    private static <T> ScalarParameterType<T> scalar(Class<T> type, String expected, Function<String, T> parser) {
        return new ScalarParameterType<>(type, expected, List.of(), parser);
    }

    /** Java reads digits of other scripts, blanks around a number and suffixes of literals, too. */
    private static <T> ScalarParameterType<T> number(Class<T> type, String expected, Function<String, T> parser) {
        return scalar(type, expected, text -> {
            if (!NUMBER.matcher(text).matches()) {
                throw new NumberFormatException("no number");
            }
            return parser.apply(text);
        });
    }

    private static String storable(String text) {
        if (text.codePoints()
                .anyMatch(point ->
                        point == 0 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE))) {
            throw new IllegalArgumentException("a character that no store keeps");
        }
        return text;
    }

    private static Boolean truth(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        throw new IllegalArgumentException("neither true nor false");
    }

    private static <T> ScalarParameterType<T> constants(Class<T> type) {
        Map<String, T> byName = new LinkedHashMap<>();
        for (T constant : Objects.requireNonNull(type.getEnumConstants())) {
            byName.put(((Enum<?>) constant).name(), constant);
        }
        List<String> names = List.copyOf(byName.keySet());
        return new ScalarParameterType<>(
                type,
                "one of " + String.join(", ", names),
                names,
                text -> Optional.ofNullable(byName.get(text))
                        .orElseThrow(() -> new IllegalArgumentException("no such constant")));
    }

    private ParameterType<?> record(Class<?> type) {
        if (enclosing.contains(type)) {
            throw new IllegalArgumentException(
                    "a parameter cannot be of type " + type.getName() + ", because this record contains itself");
        }
        enclosing.add(type);
        Map<String, ParameterType<?>> components = new LinkedHashMap<>();
        List<Method> accessors = new ArrayList<>();
        RecordComponent[] declared = Objects.requireNonNull(type.getRecordComponents());
        for (RecordComponent component : declared) {
            Class<?> boxed = BOXED.get(component.getType());
            components.put(component.getName(), find(boxed == null ? component.getGenericType() : boxed));
            accessors.add(opened(Objects.requireNonNull(component.getAccessor()), type));
        }
        enclosing.remove(type);
        return new RecordParameterType<>(type, components, accessors, opened(canonical(type, declared), type));
    }

    private static Constructor<?> canonical(Class<?> type, RecordComponent[] components) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException("every record has its canonical constructor", impossible);
        }
    }

    private static <A extends AccessibleObject> A opened(A member, Class<?> type) {
        if (!member.trySetAccessible()) {
            throw new IllegalArgumentException("a parameter cannot be of type " + type.getName()
                    + ", because its module does not open its package: make the record public in an exported package, or"
                    + " open the package to etl.core");
        }
        return member;
    }
}
