package etl.engines;

import etl.core.Arguments;
import etl.core.EngineAttempt;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.TaskState;
import etl.core.spi.EngineRun;
import etl.core.spi.ErrorInfo;
import java.util.Map;

/**
 * What every artifact and the Java program agree on: one process for each step, a request file, a result file and an exit
 * code. The steps are {@code begin-run}, {@code run-task} for each attempt, and {@code finish-run}; each may be repeated.
 * Standard output and error are logs only.
 *
 * <p>Exit codes: 0 success; 65 failed, do not retry; 75 failed, another attempt is due; 124 timed out, another attempt is
 * due; 99 skipped; 143 cancelled. Anything else is a failure of the infrastructure, worth another attempt.
 */
public final class TaskContract {
    /** The version of the request and of the result. */
    public static final int VERSION = 1;

    /** Exit code of a step that succeeded. */
    public static final int SUCCESS = 0;

    /** Exit code of a task that failed for good. */
    public static final int FAILED = 65;

    /** Exit code of a task whose retry policy grants another attempt. */
    public static final int RETRY = 75;

    /** Exit code of a task that exceeded its timeout and whose retry policy grants another attempt. */
    public static final int TIMED_OUT = 124;

    /** Exit code of a task that was skipped. */
    public static final int SKIPPED = 99;

    /** Exit code of a task that was cancelled. */
    public static final int CANCELLED = 143;

    private final Etl etl;
    private final Pipeline pipeline;
    private final TaskRequest request;

    /**
     * A step of a run.
     *
     * @param etl where the run is recorded
     * @param pipeline the pipeline that the request names
     * @param request what the artifact asks for
     * @throws ExportRefusedException if the artifact was made for another definition or another contract
     */
    public TaskContract(Etl etl, Pipeline pipeline, TaskRequest request) {
        if (request.contract() != VERSION) {
            throw new ExportRefusedException(
                    "the artifact speaks version " + request.contract() + " of the task contract, this program version "
                            + VERSION + "; export the pipeline again",
                    null);
        }
        if (!request.fingerprint().equals(pipeline.fingerprint())) {
            throw new ExportRefusedException(
                    "the artifact was made for another definition of pipeline '" + pipeline.name() + "' (fingerprint "
                            + request.fingerprint() + ", now " + pipeline.fingerprint()
                            + "); export the pipeline again",
                    null);
        }
        this.etl = etl;
        this.pipeline = pipeline;
        this.request = request;
    }

    /**
     * Records that the run begins.
     *
     * @return the result to be written
     */
    public TaskResult beginRun() {
        return new TaskResult(SUCCESS, "RUNNING", begin().toString(), 0, 0, null, null);
    }

    private RunId begin() {
        return etl.external()
                .begin(
                        pipeline,
                        Arguments.parse(pipeline, request.arguments()),
                        new EngineRun(request.engine(), request.engineRunId()));
    }

    /**
     * Executes one attempt of the requested task.
     *
     * @return the result to be written
     */
    public TaskResult runTask() {
        RunId run = RunId.ofKey(pipeline.name(), request.engine() + ":" + request.engineRunId());
        EngineAttempt attempt = etl.external().attempt(pipeline, run, request.task(), request.attempt());
        return new TaskResult(
                exitCode(attempt),
                attempt.state().name(),
                run.toString(),
                attempt.attempt(),
                attempt.retryAfter().toMillis(),
                attempt.error().map(TaskContract::error).orElse(null),
                attempt.state() == TaskState.SUCCEEDED
                        ? Map.of("ref", "pipeline_tasks/" + run + "/" + request.task())
                        : null);
    }

    private static int exitCode(EngineAttempt attempt) {
        return switch (attempt.state()) {
            case SUCCEEDED -> SUCCESS;
            case RETRYING -> attempt.timedOut() ? TIMED_OUT : RETRY;
            case CANCELLED -> CANCELLED;
            case SKIPPED -> SKIPPED;
            default -> FAILED;
        };
    }

    /**
     * Records that the run has ended.
     *
     * @return the result to be written; it tells the run's state, and its exit code that the run is closed
     */
    public TaskResult finishRun() {
        RunId run = begunRun();
        RunReport report = etl.external().finish(pipeline, run);
        return new TaskResult(
                SUCCESS,
                report.state().name(),
                run.toString(),
                0,
                0,
                report.error().map(TaskContract::error).orElse(null),
                null);
    }

    /** A run whose beginning was never recorded is recorded now, so that its end can be seen. */
    private RunId begunRun() {
        RunId run = RunId.ofKey(pipeline.name(), request.engine() + ":" + request.engineRunId());
        return etl.store().find(run).isPresent() ? run : begin();
    }

    private static Map<String, String> error(ErrorInfo error) {
        return Map.of("type", error.type(), "message", error.message());
    }
}
