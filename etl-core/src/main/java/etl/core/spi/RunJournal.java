package etl.core.spi;

import etl.core.RunState;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Records what happens in one run. Safe for use by many threads. The changes of one task run are recorded in the order
 * in which they were written; those of different tasks may be stored together and in any order.
 *
 * <p>A store may answer later and from a thread of its own, so that many changes share one commit: whoever writes goes
 * on at once, and what has to wait for durability waits for the {@link Receipt}.
 */
public interface RunJournal extends AutoCloseable {
    /**
     * Makes the run ready to be executed again: its state becomes RUNNING without an error, a request to cancel it is
     * forgotten, and every task run that does not {@linkplain StoredTask#survivesResume() survive a resume} becomes PENDING.
     * Some become so whatever they are, with all their elements and without their outputs. Attempts so far are kept; one
     * that was RUNNING is closed as FAILED. All of it happens or, if the process ends in the middle, nothing. Blocks until
     * it is durable.
     *
     * <p>A run that an outside engine drives has no owner, so that whoever reopens it may be late: it is reopened only if it FAILED
     * or was CANCELLED, or has SUCCEEDED and tasks are given; else it is left as it is.
     *
     * @param taskIds the tasks that become PENDING whatever they are; those of which nothing has been recorded are ignored
     * @throws StateStoreException if it cannot be recorded
     */
    void reopen(Set<String> taskIds);

    /**
     * Records that the run is being executed. Nobody has to wait for it: unless it fails, what is written afterwards becomes
     * durable together with it or later. Blocks only while the store is too far behind.
     *
     * @param at when
     * @param receipt told exactly once, on any thread, perhaps before this method returns
     */
    void started(Instant at, Receipt receipt);

    /**
     * Records a change of a task run. Blocks only while the store is too far behind.
     *
     * @param change the change; its output is read before this method returns
     * @param receipt told exactly once, on any thread, perhaps before this method returns
     * @throws OutputNotStorableException if the output cannot be stored; nothing was recorded, the receipt is not told
     */
    void write(TaskChange change, Receipt receipt);

    /**
     * Records a change of a task run, as {@link #write} does, for a caller who has nothing else to do until it is durable:
     * the store may use the calling thread for that, so that no thread is handed anything.
     *
     * @param change the change; its output is read before this method returns
     * @param receipt told exactly once, on any thread, perhaps before this method returns
     * @throws OutputNotStorableException if the output cannot be stored; nothing was recorded, the receipt is not told
     */
    default void writeIdle(TaskChange change, Receipt receipt) {
        write(change, receipt);
    }

    /**
     * Records the run's final state, after everything written before. Blocks until it is durable.
     *
     * @param state SUCCEEDED, FAILED or CANCELLED
     * @param at when
     * @param error why it failed, or empty
     * @throws StateStoreException if it cannot be recorded
     */
    void ended(RunState state, Instant at, Optional<ErrorInfo> error);

    /**
     * Says what is done when somebody {@linkplain StateStore#requestCancel wants the run cancelled}, whether before or after
     * this call. Whoever executes the run calls this once.
     *
     * @param action done at most once, on any thread, within a few seconds of the request; it is short and does not block
     */
    void onCancelRequest(Runnable action);

    /**
     * Whether nobody else can have taken the run by now. Asked before each attempt, so that a process that was suspended
     * begins nothing that another one is executing. Does not block.
     *
     * @return false if the run is lost, or may be
     */
    boolean isOwner();

    /**
     * Whether nobody had written to the run when this journal was opened, so that what is stored of it need not be read before its
     * tasks are executed. Does not block.
     *
     * @return false if somebody may have
     */
    default boolean isUntouched() {
        return false;
    }

    /**
     * Says what is done when the run is lost: somebody else has taken it, or the store could not be reached for so long that
     * somebody may have. Whoever executes the run calls this once, and stops the tasks then.
     *
     * @param action done at most once, on any thread; it is short and does not block
     */
    void onLost(Consumer<RunLostException> action);

    /** Waits until everything written is durable or has failed, and gives the run up. Never throws. */
    @Override
    void close();

    /** What becomes of what was written. Its methods are short and do not block. */
    interface Receipt {
        /** It is durable. */
        void durable();

        /**
         * It could not be stored; the run cannot go on.
         *
         * @param failure why; a {@link StaleWriteException} if the stored state does not allow the change, a
         *     {@link RunLostException} if the run is not the writer's any more
         */
        void failed(StateStoreException failure);
    }
}
