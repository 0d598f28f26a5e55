package etl.core;

import etl.core.spi.RunInfo;
import java.util.Map;

/** What one run is a run of, and with what. Immutable. */
record RunScope(Pipeline pipeline, RunInfo run, RunSettings settings, Map<String, Object> arguments) {}
