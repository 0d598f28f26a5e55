package etl.core;

import etl.core.spi.RunInfo;
import java.util.Map;
import java.util.Set;

/**
 * What one run is a run of, and with what. Immutable.
 *
 * @param uncached ids of tasks that are executed in any case, though they may have a cache
 */
record RunScope(
        Pipeline pipeline, RunInfo run, RunSettings settings, Map<String, Object> arguments, Set<String> uncached) {
    RunScope(Pipeline pipeline, RunInfo run, RunSettings settings, Map<String, Object> arguments) {
        this(pipeline, run, settings, arguments, Set.of());
    }

    /** Whether the output of a task is computed anew even if it is cached. */
    boolean refreshes(int task) {
        return run.refreshesCache()
                || (!uncached.isEmpty() && uncached.contains(pipeline.task(task).id()));
    }
}
