package etl.core;

/**
 * Thrown by a task that has found nothing to do: the task becomes {@link TaskState#SKIPPED}, without a retry, and its
 * downstream tasks are decided by their {@link TriggerRule}.
 */
public final class TaskSkippedException extends EtlException {
    private static final long serialVersionUID = 1L;

    /**
     * Skips the task.
     *
     * @param reason why, for the report
     */
    public TaskSkippedException(String reason) {
        super(reason, null);
    }
}
