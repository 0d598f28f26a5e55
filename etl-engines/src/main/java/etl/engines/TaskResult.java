package etl.engines;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the Java program answers: the content of the result file.
 *
 * @param exitCode the process's exit code
 * @param state the state of the task, or of the run
 * @param runId the run's id
 * @param attempt the attempt's number, 0 for the beginning and the end of a run
 * @param retryAfterMillis the wait before the next attempt, if another one is due
 * @param error type and message of a failure, or null
 * @param output where the task's output is, or null
 */
public record TaskResult(
        int exitCode,
        String state,
        String runId,
        int attempt,
        long retryAfterMillis,
        @Nullable Map<String, String> error,
        @Nullable Map<String, String> output) {}
