package etl.core.spi;

import etl.core.RunId;
import etl.core.TaskState;
import java.util.List;
import java.util.Optional;

/**
 * A task run as a store remembers it. A task that is still PENDING may have none.
 *
 * @param taskId the task's id
 * @param mapIndex the element of a mapped task, or {@link #NOT_MAPPED} for any other task and for a mapped task as a whole
 * @param state where it stands
 * @param attempts its attempts in order, empty if none has begun
 * @param byLastAttempt whether the last attempt brought it to this state; false if nothing was executed for it: its trigger
 *     rule was enough, an output was reused, or the run was reopened
 * @param rows the rows that the last attempt counted
 * @param cachedFrom the run that computed its output, if that was reused and no attempt was executed for it; else empty
 */
public record StoredTask(
        String taskId,
        int mapIndex,
        TaskState state,
        List<StoredAttempt> attempts,
        boolean byLastAttempt,
        RowCounts rows,
        Optional<RunId> cachedFrom) {
    /** The map index of a task run that is not an element of a mapped task. */
    public static final int NOT_MAPPED = -1;

    /**
     * Copies the attempts.
     *
     * @param taskId the task's id
     * @param mapIndex the element of a mapped task, or {@link #NOT_MAPPED}
     * @param state where it stands
     * @param attempts its attempts in order
     * @param byLastAttempt whether the last attempt brought it to this state
     * @param rows the rows that the last attempt counted
     * @param cachedFrom the run that computed its output
     */
    public StoredTask {
        attempts = List.copyOf(attempts);
    }

    /**
     * Whether a resume keeps the task run as it is: if it SUCCEEDED, or has itself decided to be SKIPPED. One that was
     * skipped without an attempt is decided anew, since what is above it may end otherwise this time; that it has skipped
     * itself in an execution before that does not matter.
     *
     * @return true if its work is not done again
     */
    public boolean survivesResume() {
        return state == TaskState.SUCCEEDED || (state == TaskState.SKIPPED && byLastAttempt);
    }

    /**
     * How often the task was attempted.
     *
     * @return the number of the last attempt, 0 if none has begun
     */
    public int attempt() {
        return attempts.isEmpty() ? 0 : attempts.get(attempts.size() - 1).attempt();
    }
}
