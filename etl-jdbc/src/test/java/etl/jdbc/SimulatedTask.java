package etl.jdbc;

import etl.core.RunId;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A row of {@code pipeline_tasks} in memory, with the rules of {@link TaskWrites} and of a reopened run. Immutable. */
record SimulatedTask(
        TaskWrite.Row key,
        TaskState state,
        int attempt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        RowCounts rows,
        @Nullable String output,
        Optional<ErrorInfo> error,
        List<StoredAttempt> former) {

    /** What becomes of a row, or of no row; null if the write is refused. */
    static @Nullable SimulatedTask after(@Nullable SimulatedTask row, TaskWrite write, boolean anyState) {
        TaskChange change = write.change();
        if (change.state() == TaskState.RUNNING) {
            return row == null ? first(write, change.at(), null) : row.started(change, anyState);
        }
        if (change.state() != TaskState.SUCCEEDED && change.error().isEmpty()) {
            return row == null ? first(write, null, change.at()) : row.closed(change, anyState);
        }
        return row == null ? null : row.ended(write, anyState);
    }

    private static SimulatedTask first(TaskWrite write, @Nullable Instant startedAt, @Nullable Instant endedAt) {
        TaskChange change = write.change();
        return new SimulatedTask(
                write.row(),
                change.state(),
                change.attempt(),
                startedAt,
                endedAt,
                RowCounts.NONE,
                null,
                Optional.empty(),
                List.of());
    }

    private @Nullable SimulatedTask started(TaskChange change, boolean anyState) {
        boolean next = (state == TaskState.RUNNING || state.canBecome(TaskState.RUNNING)) && change.attempt() > attempt;
        boolean again = state == TaskState.RUNNING && isSame(change, startedAt);
        if (!next && !again && !anyState) {
            return null;
        }
        return new SimulatedTask(
                key,
                TaskState.RUNNING,
                change.attempt(),
                change.at(),
                null,
                RowCounts.NONE,
                null,
                Optional.empty(),
                change.attempt() == attempt ? former : formerWithThis());
    }

    private @Nullable SimulatedTask closed(TaskChange change, boolean anyState) {
        return isAllowed(change) || anyState
                ? new SimulatedTask(key, change.state(), attempt, startedAt, change.at(), rows, output, error, former)
                : null;
    }

    private @Nullable SimulatedTask ended(TaskWrite write, boolean anyState) {
        TaskChange change = write.change();
        return isAllowed(change) || anyState
                ? new SimulatedTask(
                        key,
                        change.state(),
                        attempt,
                        startedAt,
                        change.at(),
                        change.rows(),
                        write.output(),
                        change.error(),
                        former)
                : null;
    }

    private boolean isAllowed(TaskChange change) {
        return change.attempt() == attempt
                && (state.canBecome(change.state()) || (state == change.state() && isSame(change, endedAt)));
    }

    private boolean isSame(TaskChange change, @Nullable Instant at) {
        return change.attempt() == attempt && change.at().equals(at);
    }

    boolean survivesReopening() {
        return state == TaskState.SUCCEEDED || (state == TaskState.SKIPPED && startedAt != null);
    }

    SimulatedTask reopened() {
        return new SimulatedTask(
                key, TaskState.PENDING, attempt, null, null, rows, null, Optional.empty(), formerWithThis());
    }

    private List<StoredAttempt> formerWithThis() {
        if (startedAt == null) {
            return former;
        }
        List<StoredAttempt> all = new ArrayList<>(former);
        boolean cutOff = state == TaskState.RUNNING || state == TaskState.PENDING;
        all.add(current(cutOff ? TaskState.FAILED : state));
        return all;
    }

    private StoredAttempt current(TaskState asState) {
        return new StoredAttempt(
                attempt, asState, Objects.requireNonNull(startedAt), Optional.ofNullable(endedAt), error);
    }

    StoredTask stored() {
        List<StoredAttempt> attempts = new ArrayList<>(former);
        if (startedAt != null) {
            attempts.add(current(state));
        }
        return new StoredTask(key.taskId(), key.mapIndex(), state, attempts, startedAt != null, rows, Optional.empty());
    }

    RunId run() {
        return key.run();
    }
}
