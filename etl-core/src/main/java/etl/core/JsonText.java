package etl.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * JSON (RFC 8259), strictly: no comments, no repeated names, nothing after the end. A value is a String, a
 * {@link Numeral}, a Boolean, a List, a Map or {@link #NULL}. Faults are told by their position and never by the text
 * around it, which may be a secret.
 */
final class JsonText {
    static final Object NULL = new Object();

    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?(?:[eE][+-]?[0-9]++)?");
    private static final int DEEPEST = 100;

    private final String text;
    private int position;
    private int depth;

    private JsonText(String text) {
        this.text = text;
    }

    /** A number as it was written. */
    record Numeral(String text) {}

    /** The text is no JSON. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    static Optional<Object> read(String text, String expected, ArgumentFaults faults) {
        try {
            JsonText reader = new JsonText(text);
            Object value = reader.value();
            reader.skipSpace();
            if (reader.position < text.length()) {
                throw reader.expected("the end");
            }
            return Optional.of(value);
        } catch (Malformed malformed) {
            faults.add("must be " + expected + ", was no JSON: " + malformed.getMessage());
            return Optional.empty();
        }
    }

    /** What a value is, without what it says. */
    static String kind(Object value) {
        if (value instanceof Map) {
            return "an object";
        }
        if (value instanceof List) {
            return "a list";
        }
        if (value instanceof Numeral) {
            return "a number";
        }
        return value == NULL ? "null" : value instanceof Boolean ? "true or false" : "a text";
    }

    private Malformed expected(String what) {
        return new Malformed("expected " + what + " at character " + (position + 1));
    }

    private void skipSpace() {
        while (position < text.length() && " \t\n\r".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private char next() {
        skipSpace();
        return position < text.length() ? text.charAt(position) : '\0';
    }

    private boolean skip(char wanted) {
        if (next() != wanted || position == text.length()) {
            return false;
        }
        position++;
        return true;
    }

    private boolean skip(String word) {
        if (!text.startsWith(word, position)) {
            return false;
        }
        position += word.length();
        return true;
    }

    private Object value() throws Malformed {
        return switch (next()) {
            case '{' -> object();
            case '[' -> list();
            case '"' -> string();
            default -> literal();
        };
    }

    private Object literal() throws Malformed {
        if (skip("true")) {
            return true;
        }
        if (skip("false")) {
            return false;
        }
        if (skip("null")) {
            return NULL;
        }
        Matcher number = NUMBER.matcher(text).region(position, text.length());
        if (!number.lookingAt()) {
            throw expected("a value");
        }
        position = number.end();
        return new Numeral(number.group());
    }

    private void descend() throws Malformed {
        if (++depth > DEEPEST) {
            throw new Malformed("it is nested too deep");
        }
        position++;
    }

    private List<Object> list() throws Malformed {
        descend();
        List<Object> elements = new ArrayList<>();
        if (!skip(']')) {
            do {
                elements.add(value());
            } while (skip(','));
            if (!skip(']')) {
                throw expected("',' or ']'");
            }
        }
        depth--;
        return elements;
    }

    private Map<String, Object> object() throws Malformed {
        descend();
        Map<String, Object> members = new LinkedHashMap<>();
        if (!skip('}')) {
            do {
                member(members);
            } while (skip(','));
            if (!skip('}')) {
                throw expected("',' or '}'");
            }
        }
        depth--;
        return members;
    }

    private void member(Map<String, Object> members) throws Malformed {
        if (next() != '"') {
            throw expected("a name in double quotes");
        }
        int start = position + 1;
        String name = string();
        if (!skip(':')) {
            throw expected("':'");
        }
        if (members.put(name, value()) != null) {
            throw new Malformed("a name is there twice, at character " + start);
        }
    }

    private String string() throws Malformed {
        StringBuilder content = new StringBuilder();
        position++;
        while (position < text.length()) {
            char c = text.charAt(position);
            if (c == '"') {
                position++;
                return content.toString();
            }
            if (c < ' ') {
                throw expected("no control character");
            }
            content.append(c == '\\' ? escaped() : c);
            position++;
        }
        throw expected("'\"'");
    }

    private char escaped() throws Malformed {
        position++;
        int which = position < text.length() ? "\"\\/bfnrtu".indexOf(text.charAt(position)) : -1;
        if (which < 0) {
            throw expected("one of \" \\ / b f n r t u");
        }
        return which < 8 ? "\"\\/\b\f\n\r\t".charAt(which) : unicode();
    }

    private char unicode() throws Malformed {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            position++;
            int digit = position < text.length() ? "0123456789abcdefABCDEF".indexOf(text.charAt(position)) : -1;
            if (digit < 0) {
                throw expected("a hexadecimal digit");
            }
            code = code * 16 + (digit < 16 ? digit : digit - 6);
        }
        return (char) code;
    }

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> members) {
            String separator = "{";
            for (Map.Entry<?, ?> member : members.entrySet()) {
                out.append(separator);
                writeString(member.getKey().toString(), out);
                out.append(':');
                write(member.getValue(), out);
                separator = ",";
            }
            out.append(members.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> elements) {
            String separator = "[";
            for (Object element : elements) {
                out.append(separator);
                write(element, out);
                separator = ",";
            }
            out.append(elements.isEmpty() ? "[]" : "]");
        } else if (value instanceof String string) {
            writeString(string, out);
        } else {
            out.append(value instanceof Numeral number ? number.text() : value.toString());
        }
    }

    private static void writeString(String string, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
