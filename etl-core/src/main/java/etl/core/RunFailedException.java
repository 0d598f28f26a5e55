package etl.core;

import org.jspecify.annotations.Nullable;

/** A run, or the task whose output was asked for, did not succeed. The cause is the task's own exception if known. */
public final class RunFailedException extends EtlException {
    /** The run. */
    private final RunReport report;

    RunFailedException(String message, RunReport report, @Nullable Throwable cause) {
        super(message, cause);
        this.report = report;
    }

    /**
     * What happened in the run.
     *
     * @return the report of the run
     */
    public RunReport report() {
        return report;
    }
}
