package etl.engines;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The parts of artifacts that are the same text for every pipeline. */
public final class PythonParts {
    private PythonParts() {}

    /**
     * A part.
     *
     * @param name its path below this package
     * @return its text
     */
    public static String read(String name) {
        try (InputStream part = Objects.requireNonNull(PythonParts.class.getResourceAsStream(name), name)) {
            return new String(part.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("part " + name + " of the artifact cannot be read", unreadable);
        }
    }

    /**
     * What comes before the part that starts the JVM: which pipeline it is for.
     *
     * @param pipeline the pipeline's name
     * @param fingerprint its definition
     * @param mainClass the class to start
     * @return three assignments
     */
    public static String constants(String pipeline, String fingerprint, String mainClass) {
        return "PIPELINE = " + PythonLiteral.of(pipeline) + "\nFINGERPRINT = " + PythonLiteral.of(fingerprint)
                + "\nMAIN_CLASS = " + PythonLiteral.of(mainClass) + "\n";
    }
}
