package etl.core;

import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A type whose values are one text each. */
final class ScalarParameterType<T> extends ParameterType<T> {
    private static final Set<Class<?>> JSON_NUMBERS = Set.of(Integer.class, Long.class, Double.class);

    private final String expected;
    private final List<String> constants;
    private final Function<String, T> parser;

    ScalarParameterType(Class<T> javaType, String expected, List<String> constants, Function<String, T> parser) {
        super(javaType);
        this.expected = expected;
        this.constants = constants;
        this.parser = parser;
    }

    @Override
    public String expected() {
        return expected;
    }

    @Override
    public List<String> constants() {
        return constants;
    }

    @Override
    public boolean isSecret() {
        return javaType() == Secret.class;
    }

    @Override
    public String format(Object value) {
        if (value instanceof YearMonth month && month.getYear() > 9999) {
            return "+" + month; // ISO-8601 demands the sign, and parse, but not toString, knows it
        }
        return value instanceof Enum<?> constant ? constant.name() : value.toString();
    }

    @Override
    @Nullable
    Object readText(String text, ArgumentFaults faults) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            faults.add(notExpected(Quoted.of(text)));
            return null;
        }
    }

    private String notExpected(String given) {
        if (javaType() == String.class) {
            return "must be text without the character NUL and halves of surrogate pairs, was " + given;
        }
        return isSecret()
                ? "must be " + expected + "; the text given is not shown because it may be the secret itself"
                : "must be " + expected + ", was " + given;
    }

    @Override
    @Nullable
    Object readJson(Object json, ArgumentFaults faults) {
        if (json instanceof String text) {
            return readText(text, faults);
        }
        if (json instanceof JsonText.Numeral number && Number.class.isAssignableFrom(javaType())) {
            return readText(number.text(), faults);
        }
        if (json instanceof Boolean && javaType() == Boolean.class) {
            return json;
        }
        faults.add(notExpected(JsonText.kind(json)));
        return null;
    }

    @Override
    Object toJson(Object value) {
        if (value instanceof Boolean) {
            return value;
        }
        boolean asNumber = JSON_NUMBERS.contains(javaType()) && Double.isFinite(((Number) value).doubleValue());
        return asNumber ? new JsonText.Numeral(format(value)) : format(value);
    }

    @Override
    @Nullable
    Object accept(@Nullable Object value, ArgumentFaults faults) {
        if (!javaType().isInstance(value)) {
            faults.add(notExpected(value == null ? "null" : "of " + value.getClass()));
            return null;
        }
        return value instanceof String text ? readText(text, faults) : value;
    }

    @Override
    boolean isImmutable() {
        return true;
    }

    @Override
    String identity() {
        return javaType().getName();
    }
}
