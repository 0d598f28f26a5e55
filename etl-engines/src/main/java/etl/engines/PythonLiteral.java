package etl.engines;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Prints values as Python source, in ASCII, so that no text can end its literal. Grammar: The Python Language Reference,
 * 2.4.1 "String and Bytes literals".
 */
public final class PythonLiteral {
    /** Python's {@code None}, for {@link #ofValue}. */
    static final Object NONE = new Object();

    private PythonLiteral() {}

    /**
     * A value of JSON.
     *
     * @param value a text, a number, a truth, a list or a map with text keys; {@link #NONE}
     * @return Python source that evaluates to the value, maps in their own order
     */
    static String ofValue(Object value) {
        if (value instanceof String text) {
            return of(text);
        }
        if (value instanceof Boolean truth) {
            return truth ? "True" : "False";
        }
        if (value instanceof Double number && !Double.isFinite(number)) {
            return "float(" + of(number.toString()) + ")";
        }
        if (value instanceof Number number) {
            return number.toString();
        }
        if (value instanceof List<?> elements) {
            return elements.stream().map(PythonLiteral::ofValue).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> members) {
            return members.entrySet().stream()
                    .map(member -> of(member.getKey().toString()) + ": " + ofValue(member.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value == NONE) {
            return "None";
        }
        throw new IllegalArgumentException("no value of JSON: " + value.getClass());
    }

    /**
     * A string literal in double quotes.
     *
     * @param text any text without lone surrogates
     * @return Python source that evaluates to the text
     * @throws ExportRefusedException if the text holds half of a surrogate pair, which no Python string can hold safely
     */
    public static String of(String text) {
        StringBuilder literal = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(point -> append(literal, point));
        return literal.append('"').toString();
    }

    private static void append(StringBuilder literal, int point) {
        if (point == '"' || point == '\\') {
            literal.append('\\').append((char) point);
        } else if (point >= 0x20 && point < 0x7F) {
            literal.append((char) point);
        } else if (point <= 0xFF) {
            literal.append(String.format(java.util.Locale.ROOT, "\\x%02x", point));
        } else if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
            throw new ExportRefusedException("a text holds half of a surrogate pair and cannot be exported", null);
        } else if (point <= 0xFFFF) {
            literal.append(String.format(java.util.Locale.ROOT, "\\u%04x", point));
        } else {
            literal.append(String.format(java.util.Locale.ROOT, "\\U%08x", point));
        }
    }

    /**
     * A list of strings.
     *
     * @param texts the strings
     * @return Python source that evaluates to the list
     */
    public static String of(List<String> texts) {
        return texts.stream().map(PythonLiteral::of).collect(Collectors.joining(", ", "[", "]"));
    }

    /**
     * A dictionary of strings, in the map's order.
     *
     * @param texts the strings
     * @return Python source that evaluates to the dictionary
     */
    public static String of(Map<String, String> texts) {
        return texts.entrySet().stream()
                .map(entry -> of(entry.getKey()) + ": " + of(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /**
     * A text for a comment.
     *
     * @param text any text
     * @return the text in ASCII on one line
     */
    public static String comment(String text) {
        String literal = of(text);
        return literal.substring(1, literal.length() - 1);
    }
}
