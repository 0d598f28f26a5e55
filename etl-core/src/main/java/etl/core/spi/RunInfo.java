package etl.core.spi;

import etl.core.DataInterval;
import etl.core.RunId;
import java.util.Optional;

/**
 * The run that an event is about.
 *
 * @param id the run's id
 * @param pipeline the pipeline's name
 * @param engineRun who drives the run
 * @param dataInterval the stretch of time whose data it works on, or empty for none
 * @param refreshesCache whether it computes every cached output anew
 */
public record RunInfo(
        RunId id, String pipeline, EngineRun engineRun, Optional<DataInterval> dataInterval, boolean refreshesCache) {}
