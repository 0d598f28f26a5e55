package etl.notify;

import etl.core.TaskState;
import etl.core.spi.RunListener;
import java.util.Optional;

/** What people can be notified of. */
public enum Occasion {
    /** A run has FAILED. */
    RUN_FAILED,
    /** A run was CANCELLED. */
    RUN_CANCELLED,
    /** A run has SUCCEEDED. */
    RUN_SUCCEEDED,
    /** A task has FAILED. */
    TASK_FAILED,
    /** A run or a task has not ended in the time of its SLA. */
    SLA_MISSED;

    static Optional<Occasion> of(RunListener.Event event) {
        if (event instanceof RunListener.RunEnded ended) {
            return switch (ended.state()) {
                case FAILED -> Optional.of(RUN_FAILED);
                case CANCELLED -> Optional.of(RUN_CANCELLED);
                case SUCCEEDED -> Optional.of(RUN_SUCCEEDED);
                case QUEUED, RUNNING -> Optional.empty();
            };
        }
        if (event instanceof RunListener.TaskEnded ended && ended.state() == TaskState.FAILED) {
            return Optional.of(TASK_FAILED);
        }
        return event instanceof RunListener.SlaMissed ? Optional.of(SLA_MISSED) : Optional.empty();
    }
}
