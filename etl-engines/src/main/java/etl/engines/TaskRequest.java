package etl.engines;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * What an artifact asks the Java program to do: the content of the request file.
 *
 * @param contract the version of the contract
 * @param pipeline the pipeline's name
 * @param fingerprint the definition that the artifact was made from
 * @param engine the engine's name
 * @param engineRunId the engine's id of the run
 * @param task the task, empty for the beginning and the end of a run
 * @param attempt the attempt's number, 0 for the beginning and the end of a run
 * @param arguments the text form of the arguments, by name
 */
public record TaskRequest(
        int contract,
        String pipeline,
        String fingerprint,
        String engine,
        String engineRunId,
        String task,
        int attempt,
        @JsonDeserialize(contentUsing = ArgumentText.class) Map<String, String> arguments) {
    /**
     * Replaces what the file left out.
     *
     * @param contract the version of the contract
     * @param pipeline the pipeline's name
     * @param fingerprint the definition that the artifact was made from
     * @param engine the engine's name
     * @param engineRunId the engine's id of the run
     * @param task the task
     * @param attempt the attempt's number
     * @param arguments the text form of the arguments
     */
    public TaskRequest {
        pipeline = orEmpty(pipeline);
        fingerprint = orEmpty(fingerprint);
        engine = orEmpty(engine);
        engineRunId = orEmpty(engineRunId);
        task = orEmpty(task);
        arguments = arguments == null ? Map.of() : Map.copyOf(new LinkedHashMap<>(arguments));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
