package etl.core;

/** What {@link RunWorkers} work for. */
interface WorkersOwner {
    /** Executes a task run on this thread; false if the thread was abandoned meanwhile and must do nothing more. */
    boolean execute(TaskRuns runs, int index, RunWorkers.Worker worker);

    /** Whether a task run that waits for its turn may still get it; once false, always false. */
    boolean wants(TaskRun run);

    /** False if no thread can be had for it; then nothing of the run is executed any more. */
    boolean hand(Runnable action);

    /** A worker finds nothing to do; it has not given up its place yet. */
    void outOfWork();

    void idle();

    void failed(Throwable defect);
}
