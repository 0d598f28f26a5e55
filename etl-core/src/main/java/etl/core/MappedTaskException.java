package etl.core;

/** Elements of a mapped task have failed; the cause is the failure of the first of them. */
public final class MappedTaskException extends EtlException {
    private static final long serialVersionUID = 1L;

    MappedTaskException(String taskId, int failed, int elements, int firstIndex, Throwable first) {
        super(
                failed + " of " + elements + " elements of task '" + taskId + "' failed, the first of them with index "
                        + firstIndex + ": " + first,
                first);
    }
}
