package etl.core.spi;

import etl.core.RunId;

/**
 * The run that an event is about.
 *
 * @param id the run's id
 * @param pipeline the pipeline's name
 * @param engineRun who drives the run
 */
public record RunInfo(RunId id, String pipeline, EngineRun engineRun) {}
