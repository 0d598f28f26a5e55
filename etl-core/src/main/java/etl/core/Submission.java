package etl.core;

import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request that can be fulfilled: its arguments fit.
 *
 * @param pipeline what to run
 * @param run what will be recorded
 * @param execution makes the run ready to be started once it is recorded; empty if another process has taken it
 */
record Submission(Pipeline pipeline, NewRun run, Supplier<Optional<RunExecution>> execution) {
    /** Throws an {@link ArgumentsInvalidException} if the arguments do not fit the parameters. */
    static Submission of(RunRequest request, Instant now, Resumption resumption) {
        Pipeline pipeline = request.pipeline();
        RunOptions options = request.options();
        Map<String, Object> bound = request.arguments().bind(pipeline);
        RunId id =
                options.runKey().map(key -> RunId.ofKey(pipeline.name(), key)).orElseGet(RunId::random);
        NewRun run = new NewRun(
                id,
                pipeline.name(),
                pipeline.fingerprint(),
                options.runKey(),
                Arguments.format(pipeline, bound),
                EngineRun.LOCAL,
                pipeline.size(),
                now,
                options.dataInterval(),
                options.refreshesCache());
        return new Submission(pipeline, run, () -> resumption.execution(pipeline, run, bound));
    }
}
