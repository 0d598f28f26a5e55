package etl.core;

/** Thrown by {@link TaskContext#checkCancelled()} in a task whose run is being cancelled or stopped. */
public final class TaskCancelledException extends EtlException {
    TaskCancelledException(String task) {
        super("task '" + task + "' was cancelled", null);
    }
}
