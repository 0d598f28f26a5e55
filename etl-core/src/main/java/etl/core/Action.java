package etl.core;

/** The code of a task without inputs and without an output. See {@link Task} for threads and failures. */
@FunctionalInterface
public interface Action {
    /**
     * Does the work of one attempt.
     *
     * @param context the run, the arguments and the progress of this attempt
     * @throws Exception any exception fails the attempt
     */
    void execute(TaskContext context) throws Exception;
}
