package etl.schedule;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunHandle;
import etl.core.RunKeyConflictException;
import etl.core.RunOptions;
import etl.core.spi.NewRun;
import etl.core.spi.StoredRun;
import java.util.List;
import java.util.Optional;

/** The runs of schedules in a store: finds and starts them. */
record ScheduledRuns(Etl etl) {
    Optional<StoredRun> find(ScheduledPipeline scheduled, String key) {
        return etl.store().findByKey(scheduled.pipeline().name(), key);
    }

    /** Those that have not ended, wherever they are executed. */
    List<StoredRun> active(ScheduledPipeline scheduled) {
        return etl.store().unfinished(scheduled.pipeline().name()).stream()
                .filter(run -> run.definition().runKey().orElse("").startsWith(scheduled.keyPrefix()))
                .toList();
    }

    /**
     * Starts a run, unless another process has been faster.
     *
     * @throws RunKeyConflictException if that process made other arguments of the same tick
     */
    RunHandle start(ScheduledPipeline scheduled, Tick tick, String key) {
        Arguments arguments = scheduled.arguments().apply(tick);
        RunOptions named = RunOptions.none().key(key);
        return etl.submit(
                scheduled.pipeline(),
                arguments,
                tick.dataInterval().map(named::dataInterval).orElse(named));
    }

    /** Starts a run, or finds the one that there is, though it may have been started with other arguments. */
    RunHandle startOnce(ScheduledPipeline scheduled, Tick tick, String key) {
        Optional<StoredRun> before = find(scheduled, key);
        if (before.isPresent()) {
            return existing(scheduled.pipeline(), before.get());
        }
        try {
            return start(scheduled, tick, key);
        } catch (RunKeyConflictException otherProcess) {
            return existing(scheduled.pipeline(), find(scheduled, key).orElseThrow(() -> otherProcess));
        }
    }

    /** The handle of a run that exists. */
    RunHandle existing(Pipeline pipeline, StoredRun run) {
        NewRun definition = run.definition();
        RunOptions named = RunOptions.none().key(definition.runKey().orElseThrow());
        return etl.submit(
                pipeline,
                Arguments.parse(pipeline, definition.arguments()),
                definition.dataInterval().map(named::dataInterval).orElse(named));
    }
}
