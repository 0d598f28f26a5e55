package etl.core;

import java.time.Duration;

/** A run took longer than its pipeline's {@linkplain PipelineBuilder#deadline deadline}. The run can be resumed. */
public final class RunDeadlineException extends EtlException {
    private static final long serialVersionUID = 1L;

    RunDeadlineException(RunId runId, Duration deadline) {
        super("run " + runId + " exceeded its deadline of " + deadline + "; resume it, or raise the deadline", null);
    }
}
