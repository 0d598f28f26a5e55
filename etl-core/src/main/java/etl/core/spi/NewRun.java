package etl.core.spi;

import etl.core.DataInterval;
import etl.core.RunId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A run to be recorded.
 *
 * @param id its identity
 * @param pipeline the pipeline's name
 * @param fingerprint the definition it runs, see {@link etl.core.Pipeline#fingerprint()}
 * @param runKey the caller's key, unique per pipeline, or empty for none
 * @param arguments the text form of every parameter's value, by name
 * @param engineRun who drives the run
 * @param tasks how many tasks it has
 * @param createdAt when it was asked for
 * @param dataInterval the stretch of time whose data it works on, or empty for none
 * @param refreshesCache whether it computes every cached output anew, even if it is resumed
 */
public record NewRun(
        RunId id,
        String pipeline,
        String fingerprint,
        Optional<String> runKey,
        Map<String, String> arguments,
        EngineRun engineRun,
        int tasks,
        Instant createdAt,
        Optional<DataInterval> dataInterval,
        boolean refreshesCache) {
    /**
     * Copies the arguments.
     *
     * @param id its identity
     * @param pipeline the pipeline's name
     * @param fingerprint the definition it runs
     * @param runKey the caller's key
     * @param arguments the text form of every parameter's value
     * @param engineRun who drives the run
     * @param tasks how many tasks it has
     * @param createdAt when it was asked for
     * @param dataInterval the stretch of time whose data it works on
     * @param refreshesCache whether it computes every cached output anew
     */
    public NewRun {
        arguments = Map.copyOf(arguments);
    }
}
