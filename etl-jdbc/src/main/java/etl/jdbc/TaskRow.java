package etl.jdbc;

import etl.core.TaskState;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one statement makes of one row of {@code pipeline_tasks}: one write, or the start of an attempt and its end at once.
 *
 * @param start the start of the attempt that ends with the write, if it is written together with it
 * @param write the write
 */
record TaskRow(@Nullable TaskWrite start, TaskWrite write) {
    /** How a row may be changed. */
    enum Kind {
        /** An attempt begins, and perhaps ends, too. */
        BEGUN,
        /** The attempt whose start is stored already ends. */
        ENDED,
        /** The output is that of another run; there is no attempt. */
        REUSED,
        /** The task run ends without a further attempt. */
        CLOSED
    }

    Kind kind() {
        TaskChange change = write.change();
        if (start != null || change.state() == TaskState.RUNNING) {
            return Kind.BEGUN;
        }
        if (change.cachedFrom().isPresent()) {
            return Kind.REUSED;
        }
        return change.state() == TaskState.SUCCEEDED || change.error().isPresent() ? Kind.ENDED : Kind.CLOSED;
    }

    @Nullable
    Instant startedAt() {
        if (start != null) {
            return start.change().at();
        }
        return write.change().state() == TaskState.RUNNING ? write.change().at() : null;
    }

    @Nullable
    Instant endedAt() {
        return write.change().state() == TaskState.RUNNING
                ? null
                : write.change().at();
    }

    void addTo(Set<? super TaskWrite> writes) {
        writes.add(write);
        if (start != null) {
            writes.add(start);
        }
    }

    /** Joined if they are the start and the end of one attempt. */
    private @Nullable TaskRow followedBy(TaskWrite next) {
        boolean sameAttempt = write.change().state() == TaskState.RUNNING
                && new TaskRow(null, next).kind() == Kind.ENDED
                && write.change().attempt() == next.change().attempt();
        return sameAttempt ? new TaskRow(write, next) : null;
    }

    /** In their order, so that each wave has a row only once: the n-th change of each row is in the n-th wave. */
    static List<List<TaskRow>> waves(List<TaskWrite> writes) {
        List<List<TaskRow>> waves = new ArrayList<>();
        Map<TaskWrite.Row, Place> last = new HashMap<>();
        for (TaskWrite write : writes) {
            Place before = last.get(write.row());
            TaskRow joined = before == null
                    ? null
                    : waves.get(before.wave()).get(before.index()).followedBy(write);
            if (before != null && joined != null) {
                waves.get(before.wave()).set(before.index(), joined);
                continue;
            }
            int wave = before == null ? 0 : before.wave() + 1;
            if (wave == waves.size()) {
                waves.add(new ArrayList<>());
            }
            waves.get(wave).add(new TaskRow(null, write));
            last.put(write.row(), new Place(wave, waves.get(wave).size() - 1));
        }
        return waves;
    }

    /** Where the last change of a row is. */
    private record Place(int wave, int index) {}
}
