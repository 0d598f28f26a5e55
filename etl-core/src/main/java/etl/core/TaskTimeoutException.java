package etl.core;

import java.time.Duration;

/** An attempt took longer than the task's timeout and was interrupted. */
public final class TaskTimeoutException extends EtlException {
    TaskTimeoutException(String task, int attempt, Duration timeout) {
        super("task '" + task + "', attempt " + attempt + ", exceeded its timeout of " + timeout, null);
    }
}
