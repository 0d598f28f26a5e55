package etl.core;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.UUID;

/**
 * The identity of one run.
 *
 * @param value the identity as a UUID
 */
public record RunId(UUID value) {
    /**
     * Wraps a UUID.
     *
     * @param value the identity
     */
    public RunId {
        Objects.requireNonNull(value, "value");
    }

    /**
     * A new random identity.
     *
     * @return the identity
     */
    public static RunId random() {
        return new RunId(UUID.randomUUID());
    }

    /**
     * The identity that belongs to a caller's key: the same pipeline and key give the same identity on every machine
     * (a version 3 UUID, RFC 9562, of both).
     *
     * @param pipeline the pipeline's name
     * @param runKey the caller's key
     * @return the identity
     */
    public static RunId ofKey(String pipeline, String runKey) {
        String name = Objects.requireNonNull(pipeline, "pipeline") + '\n' + Objects.requireNonNull(runKey, "runKey");
        return new RunId(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Reads the text form.
     *
     * @param text a UUID as text
     * @return the identity
     * @throws IllegalArgumentException if the text is no UUID
     */
    public static RunId parse(String text) {
        try {
            return new RunId(UUID.fromString(text));
        } catch (IllegalArgumentException notUuid) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a run id; a run id looks like 0f8fad5b-d9cb-469f-a165-70867728950e",
                    notUuid);
        }
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
