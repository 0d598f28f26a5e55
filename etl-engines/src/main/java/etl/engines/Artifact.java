package etl.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files that an engine gets for one pipeline. Immutable and safe for use by many threads.
 *
 * @param engine the engine's name
 * @param pipeline the pipeline's name
 * @param files the text of each file, by its path relative to the artifact's folder
 * @param report how each feature of the pipeline was translated
 */
public record Artifact(String engine, String pipeline, Map<String, String> files, MappingReport report) {
    /**
     * Copies the files and adds the report as {@code etl-artifact.json}.
     *
     * @param engine the engine's name
     * @param pipeline the pipeline's name
     * @param files the text of each file
     * @param report how each feature was translated
     */
    public Artifact {
        Map<String, String> all = new TreeMap<>(files);
        all.put("etl-artifact.json", report.toJson(engine, pipeline));
        files = java.util.Collections.unmodifiableMap(all);
    }

    /**
     * Writes the files, replacing those of an earlier export.
     *
     * @param folder the folder, made if it is missing
     * @throws ExportRefusedException if a file cannot be written; the message names it
     */
    public void writeTo(Path folder) {
        files.forEach((name, text) -> {
            Path file = folder.toAbsolutePath().resolve(name).normalize();
            try {
                Files.createDirectories(file.getParent());
                Files.writeString(file, text);
            } catch (IOException notWritten) {
                throw new ExportRefusedException(
                        "the artifact cannot be written to " + file + ": " + reason(notWritten)
                                + "; choose another folder with --out",
                        new UncheckedIOException(notWritten));
            }
        });
    }

    private static String reason(IOException failure) {
        return failure.getClass().getSimpleName() + " " + failure.getMessage();
    }
}
