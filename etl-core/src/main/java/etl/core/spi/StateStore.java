package etl.core.spi;

import etl.core.RunId;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps runs and task runs. Safe for use by many threads. Every method throws {@link StateStoreException} if the store
 * cannot be reached.
 *
 * <p>Implementations are verified by {@code StateStoreContract} and {@code ReopenedRunContract} of etl-testkit.
 */
public interface StateStore extends AutoCloseable {
    /**
     * Records a new run as QUEUED, durably.
     *
     * @param run the run
     * @return false if a run of this id, or of this pipeline and run key, exists already; nothing was changed then
     */
    boolean create(NewRun run);

    /**
     * Records new runs as QUEUED, durably; by default one after another. If this throws, none was recorded.
     *
     * @param runs the runs, no id twice
     * @return the ids of those that were recorded. What was not can be tried with {@link #create} afterwards, which tells whether
     *     it exists already
     */
    default Set<RunId> createAll(List<NewRun> runs) {
        Set<RunId> created = new HashSet<>();
        for (NewRun run : runs) {
            try {
                if (create(run)) {
                    created.add(run.id());
                }
            } catch (StateStoreException failure) {
                if (created.isEmpty()) {
                    throw failure;
                }
                return created;
            }
        }
        return created;
    }

    /**
     * Takes a run and opens it for writing. Until the journal is closed nobody else can take the run, unless its owner has
     * died, or has not been able to reach the store for so long that it counts as dead. A run that an outside engine drives
     * has no owner: many processes write to it, one for each task.
     *
     * @param run a run that exists, in whatever state
     * @return its journal, which the caller closes
     * @throws RunOwnedException if somebody else has the run
     * @throws StateStoreException if there is no such run
     */
    RunJournal journal(RunId run);

    /**
     * Records the final state that an operator gives to a task of a run that has ended, as an attempt that began and ended
     * at the same time. The task's former state does not matter, and elements of a mapped task stay as they are. The run's
     * own state stays, but one that SUCCEEDED becomes FAILED, with the same error, if the task is FAILED.
     *
     * @param run the run
     * @param mark SUCCEEDED, SKIPPED or FAILED, as the attempt after the task's last one
     * @return false if the run is unknown, has not ended or has an owner, or if the task has had another number of attempts;
     *     nothing was changed then
     * @throws OutputNotStorableException if the output cannot be stored; nothing was changed then
     */
    boolean mark(RunId run, TaskChange mark);

    /**
     * Asks whoever executes a run to cancel it, see {@link RunJournal#onCancelRequest}. The request is forgotten when the
     * run is reopened.
     *
     * @param run the run
     * @return false if the run is unknown or has ended
     */
    boolean requestCancel(RunId run);

    /**
     * Finds a run.
     *
     * @param run its id
     * @return the run, or empty if there is none
     */
    Optional<StoredRun> find(RunId run);

    /**
     * Finds a run by the caller's key.
     *
     * @param pipeline the pipeline's name
     * @param runKey the key
     * @return the run, or empty if there is none
     */
    Optional<StoredRun> findByKey(String pipeline, String runKey);

    /**
     * The newest runs.
     *
     * @param limit how many at most
     * @return the runs, the newest first
     */
    List<StoredRun> recent(int limit);

    /**
     * The runs of a pipeline that have not ended: those that are being executed, and those whose process has ended before
     * them.
     *
     * @param pipeline the pipeline's name
     * @return the runs that are QUEUED or RUNNING, the oldest first
     */
    List<StoredRun> unfinished(String pipeline);

    /**
     * The runs of a pipeline that have not ended and have no owner any more: their process has died or was shut down, or
     * has lost them.
     *
     * @param pipeline the pipeline's name
     * @return runs that are QUEUED or RUNNING and that no outside engine drives, the oldest first
     */
    List<StoredRun> abandoned(String pipeline);

    /**
     * Where schedules are kept.
     *
     * @return the part of this store for schedules
     */
    ScheduleStore schedules();

    /**
     * The task runs of a run.
     *
     * @param run its id
     * @return the task runs in the order of their ids and map indexes; tasks that are still PENDING may be absent
     */
    List<StoredTask> tasks(RunId run);

    /**
     * One task run of a run; of a mapped task, that of the task as a whole.
     *
     * @param run its id
     * @param taskId the task
     * @return the task run, or empty if none has been recorded
     */
    Optional<StoredTask> task(RunId run, String taskId);

    /**
     * Reads the output of a task that SUCCEEDED.
     *
     * @param run the run
     * @param taskId the task
     * @param type the declared type of the output
     * @return the output, equal to what the task returned; null if it returned null
     * @throws StateStoreException if the task has no output in this run, or it cannot be read as that type
     */
    @Nullable
    Object output(RunId run, String taskId, Type type);

    /**
     * Reads the outputs of the elements of a mapped task that SUCCEEDED.
     *
     * @param run the run
     * @param taskId the mapped task
     * @param elementType the declared type of one element's output
     * @return the outputs in the order of the map indexes
     * @throws StateStoreException if one cannot be read as that type
     */
    List<@Nullable Object> outputs(RunId run, String taskId, Type elementType);

    /**
     * The outputs that are kept for reuse by other runs.
     *
     * @return the same cache at every call
     */
    OutputCache outputCache();

    /**
     * Deletes the runs that a retention does not keep, with all that was recorded of them. Never deleted is a run that has
     * not ended, or that somebody has taken. A run's key is free afterwards: the next run of that key is a new one. Many may
     * purge at once, while runs are executed.
     *
     * <p>A deleted run is gone as a whole for everybody who looks for it. A large one may leave the store piece by piece
     * after that, and if the purge ends before, the next one goes on. A thread that is interrupted stops soon, keeps the mark
     * of the interrupt, and tells what it has deleted.
     *
     * @param retention what is kept; its age is compared with the store's clock
     * @return what was deleted
     */
    Purged purge(Retention retention);

    /**
     * Counts what {@link #purge} would delete now. Nothing is changed.
     *
     * @param retention what is kept
     * @return what would be deleted
     */
    Purged purgeable(Retention retention);

    /** Lets go of everything this store has opened itself; a second call does nothing. */
    @Override
    void close();
}
