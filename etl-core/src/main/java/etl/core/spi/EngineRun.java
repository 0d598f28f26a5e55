package etl.core.spi;

import java.util.Objects;

/**
 * Who drives a run: this library itself, or an outside engine that knows the run by an id of its own.
 *
 * @param engine "local", "airflow", "prefect", "luigi" or another engine's name
 * @param id the engine's id of the run, empty for a local one
 */
public record EngineRun(String engine, String id) {
    /** A run that this library drives itself. */
    public static final EngineRun LOCAL = new EngineRun("local", "");

    /**
     * Checks that nothing is null.
     *
     * @param engine the engine's name
     * @param id the engine's id of the run
     */
    public EngineRun {
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(id, "id");
    }
}
