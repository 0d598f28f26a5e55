package etl.jdbc;

import etl.core.spi.OutputNotStorableException;
import java.lang.reflect.Type;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Outputs as the JSON that is stored, or refused with what is wrong. */
final class StorableOutput {
    private final String what;

    private StorableOutput(String taskId, Type type) {
        this.what = "the output of task '" + taskId + "', declared as " + type.getTypeName() + ", ";
    }

    /**
     * The JSON of an output; null stays null.
     *
     * @throws OutputNotStorableException if there is none that PostgreSQL can keep
     */
    static @Nullable String json(String taskId, @Nullable Object output, Type type, int largest) {
        return output == null ? null : new StorableOutput(taskId, type).json(output, type, largest);
    }

    private String json(Object output, Type type, int largest) {
        String json;
        try {
            json = JsonCodec.encode(output, type);
        } catch (JacksonException | StackOverflowError notSerializable) {
            throw refused(
                    "cannot be written as JSON: " + notSerializable.getMessage()
                            + "; return a record, a list, a map or a plain value",
                    notSerializable);
        }
        if (json.length() > largest) {
            throw refused(
                    "is " + json.length() + " characters of JSON, more than the limit of " + largest
                            + "; store the data in a table and return a reference to it",
                    null);
        }
        Optional<StorableJson.Refusal> refusal = StorableJson.refusal(json);
        if (refusal.isPresent()) {
            throw refused(
                    "holds " + refusal.get().what() + ", which PostgreSQL cannot store; "
                            + refusal.get().remedy(),
                    null);
        }
        return json;
    }

    private OutputNotStorableException refused(String why, @Nullable Throwable cause) {
        return new OutputNotStorableException(what + why, cause);
    }
}
