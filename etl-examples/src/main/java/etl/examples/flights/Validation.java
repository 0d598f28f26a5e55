package etl.examples.flights;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads the fields of one record and collects what is wrong with them, so that every fault is known at once. */
final class Validation {
    private final Map<String, String> fields;
    private final List<String> errors = new ArrayList<>();

    Validation(Map<String, String> fields) {
        this.fields = fields;
    }

    String text(String name) {
        String value = fields.getOrDefault(name, "").trim();
        if (value.isEmpty()) {
            errors.add(name + " is missing");
        }
        return value;
    }

    int integer(String name) {
        return number(name, Integer::parseInt, 0);
    }

    long wholeAmount(String name) {
        return number(name, text -> new BigDecimal(text).longValueExact(), 0L);
    }

    double decimal(String name) {
        return number(name, Double::parseDouble, 0.0);
    }

    private <N> N number(String name, Function<String, N> parser, N otherwise) {
        return parsed(name, parser, "a number", otherwise);
    }

    <T> T parsed(String name, Function<String, T> parser, String expected, T otherwise) {
        String value = text(name);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            return parser.apply(value);
        } catch (DateTimeException | ArithmeticException | NumberFormatException unreadable) {
            errors.add(name + " '" + value + "' is not " + expected);
            return otherwise;
        }
    }

    void require(boolean holds, String otherwise) {
        if (!holds) {
            errors.add(otherwise);
        }
    }

    List<String> errors() {
        return errors;
    }
}
