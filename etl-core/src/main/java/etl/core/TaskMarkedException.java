package etl.core;

/** Stands in the history of a task where an operator has given it its state: who, which state and why. Never thrown. */
public final class TaskMarkedException extends EtlException {
    TaskMarkedException(Mark mark) {
        super(mark.message(), null);
        setStackTrace(new StackTraceElement[0]);
    }
}
