package etl.jdbc;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Tells what jsonb refuses of JSON that is well-formed. */
final class StorableJson {
    /** No number is refused that has no more characters than this and an exponent of at most four digits. */
    private static final int SHORT_NUMBER = 6_000;

    private static final int SHORT_EXPONENT = 4;

    private static final Refusal CHARACTER = new Refusal("a NUL character or half of a surrogate pair", "remove it");
    private static final Refusal NUMBER = new Refusal(
            "a number with more than 131,072 digits before or 16,383 after the decimal point",
            "round it, or write it as text");

    private StorableJson() {}

    /**
     * What cannot be stored.
     *
     * @param what what it is, and where, as a JSON pointer
     * @param remedy what to do
     */
    record Refusal(String what, String remedy) {
        private Refusal at(JsonParser parser) {
            String pointer = parser.streamReadContext().pathAsPointer().toString();
            return in(pointer.isEmpty() ? "the value itself" : "field " + pointer);
        }

        private Refusal in(String place) {
            return new Refusal(what + " in " + place, remedy);
        }
    }

    static Optional<Refusal> refusal(String json) {
        return json.contains("\\u0000") || isSuspicious(json) ? found(json) : Optional.empty();
    }

    /** One look at each character, since nearly all JSON is stored as it is. */
    private static boolean isSuspicious(String json) {
        boolean inText = false;
        int number = 0;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '"') {
                inText = !inText;
                number = 0;
            } else if (c == '\\') {
                i++;
            } else if (inText) {
                if (Character.isSurrogate(c)) {
                    return true;
                }
            } else if (c >= '0' && c <= '9') {
                number++;
            } else if (c == 'e' || c == 'E') {
                number = SHORT_NUMBER - SHORT_EXPONENT;
            } else if (c == ',' || c == ']' || c == '}') {
                number = 0;
            }
            if (number > SHORT_NUMBER) {
                return true;
            }
        }
        return false;
    }

    private static Optional<Refusal> found(String json) {
        try (JsonParser parser = JsonCodec.mapper().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                Refusal refusal = refusal(parser, token);
                if (refusal != null) {
                    return Optional.of(refusal.at(parser));
                }
            }
        } catch (JacksonException unreadable) {
            return Optional.of(CHARACTER.in("a field"));
        }
        return Optional.empty();
    }

    private static @Nullable Refusal refusal(JsonParser parser, JsonToken token) {
        if (token.isNumeric()) {
            return StorableNumber.is(parser.getString()) ? null : NUMBER;
        }
        boolean isText = token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME;
        return isText && !StorableText.is(parser.getString()) ? CHARACTER : null;
    }
}
