package etl.engines;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How each feature that a pipeline uses was translated.
 *
 * @param fingerprint the definition that was exported
 * @param mappings one entry for each feature and task
 */
public record MappingReport(String fingerprint, List<Mapping> mappings) {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** How faithful a translation is. */
    public enum Fidelity {
        /** The engine does what the library does. */
        EXACT,
        /** The engine does nearly the same; the entry says how it differs. */
        APPROXIMATED,
        /** The Java process, or the artifact around it, does what the engine cannot. */
        DELEGATED
    }

    /**
     * One feature.
     *
     * @param where the task, or the pipeline's name
     * @param feature for example "retry"
     * @param fidelity how faithful the translation is
     * @param how what was emitted, or who does it instead
     */
    public record Mapping(String where, String feature, Fidelity fidelity, String how) {}

    /**
     * Copies the entries.
     *
     * @param fingerprint the definition that was exported
     * @param mappings one entry for each feature and task
     */
    public MappingReport {
        mappings = List.copyOf(mappings);
    }

    String toJson(String engine, String pipeline) {
        Map<String, Object> artifact = new LinkedHashMap<>();
        artifact.put("contract", TaskContract.VERSION);
        artifact.put("engine", engine);
        artifact.put("pipeline", pipeline);
        artifact.put("fingerprint", fingerprint);
        artifact.put("mappings", mappings);
        return MAPPER.writeValueAsString(artifact) + "\n";
    }
}
