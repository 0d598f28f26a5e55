package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One run of the in-memory store, and its journal. */
final class MemoryRun implements RunJournal {
    private final NewRun definition;
    private final Map<Key, TaskRow> rows = new ConcurrentHashMap<>();
    private RunState state = RunState.QUEUED;
    private Optional<Instant> startedAt = Optional.empty();
    private Optional<Instant> endedAt = Optional.empty();
    private Optional<ErrorInfo> error = Optional.empty();

    MemoryRun(NewRun definition) {
        this.definition = definition;
    }

    synchronized StoredRun stored() {
        return new StoredRun(definition, state, startedAt, endedAt, error);
    }

    List<StoredTask> tasks() {
        return rows.values().stream()
                .map(TaskRow::stored)
                .sorted(Comparator.comparing(StoredTask::taskId).thenComparingInt(StoredTask::mapIndex))
                .toList();
    }

    Optional<StoredTask> task(String taskId) {
        return Optional.ofNullable(rows.get(new Key(taskId, StoredTask.NOT_MAPPED)))
                .map(TaskRow::stored);
    }

    @Nullable
    Object output(String taskId) {
        TaskRow row = rows.get(new Key(taskId, StoredTask.NOT_MAPPED));
        if (row == null || row.state() != TaskState.SUCCEEDED) {
            throw new StateStoreException("task '" + taskId + "' of run " + definition.id() + " has no output", null);
        }
        return row.output();
    }

    List<@Nullable Object> outputs(String taskId) {
        List<TaskRow> elements = rows.values().stream()
                .filter(row -> row.key().taskId().equals(taskId)
                        && row.key().mapIndex() != StoredTask.NOT_MAPPED
                        && row.state() == TaskState.SUCCEEDED)
                .sorted(Comparator.comparingInt(row -> row.key().mapIndex()))
                .toList();
        List<@Nullable Object> outputs = new ArrayList<>(elements.size());
        elements.forEach(row -> outputs.add(row.output()));
        return outputs;
    }

    synchronized void reopen() {
        if (state == RunState.SUCCEEDED) {
            throw new StateStoreException("run " + definition.id() + " cannot be reopened: it has succeeded", null);
        }
        state = RunState.RUNNING;
        endedAt = Optional.empty();
        error = Optional.empty();
        rows.values().forEach(TaskRow::reopen);
    }

    @Override
    public synchronized void started(Instant at) {
        state = RunState.RUNNING;
        if (startedAt.isEmpty()) {
            startedAt = Optional.of(at);
        }
    }

    @Override
    public void write(TaskChange change, Receipt receipt) {
        TaskRow row = rows.computeIfAbsent(new Key(change.taskId(), change.mapIndex()), TaskRow::new);
        Optional<StaleWriteException> refused = row.apply(change);
        if (refused.isPresent()) {
            receipt.failed(refused.get());
        } else {
            receipt.durable();
        }
    }

    @Override
    public synchronized void ended(RunState finalState, Instant at, Optional<ErrorInfo> why) {
        state = finalState;
        endedAt = Optional.of(at);
        error = why;
    }

    @Override
    public void close() {}

    private record Key(String taskId, int mapIndex) {}

    /** One task run. */
    private static final class TaskRow {
        private final Key key;
        private final List<StoredAttempt> attempts = new ArrayList<>(1);
        private TaskState state = TaskState.PENDING;
        private RowCounts counts = RowCounts.NONE;
        private @Nullable Object output;

        TaskRow(Key key) {
            this.key = key;
        }

        Key key() {
            return key;
        }

        synchronized StoredTask stored() {
            return new StoredTask(key.taskId(), key.mapIndex(), state, attempts, counts);
        }

        synchronized TaskState state() {
            return state;
        }

        synchronized @Nullable Object output() {
            return output;
        }

        synchronized Optional<StaleWriteException> apply(TaskChange change) {
            int current = attempts.size();
            boolean taken = state == TaskState.RUNNING
                    && change.state() == TaskState.RUNNING
                    && change.attempt() > lastAttempt();
            boolean sameAttempt = change.state() == TaskState.RUNNING || change.attempt() == lastAttempt();
            if (!taken && !(state.canBecome(change.state()) && sameAttempt)) {
                return Optional.of(new StaleWriteException("task '" + key.taskId() + "', attempt " + change.attempt()
                        + ", cannot become " + change.state() + ": it is " + state + " in attempt "
                        + lastAttempt()));
            }
            if (taken) {
                closeCrashed(change.at());
            }
            if (change.state() == TaskState.RUNNING) {
                attempts.add(new StoredAttempt(
                        change.attempt(), TaskState.RUNNING, change.at(), Optional.empty(), Optional.empty()));
            } else if (current > 0 && state == TaskState.RUNNING) {
                end(change.state(), change.at(), change.error());
            }
            state = change.state();
            counts = change.rows();
            output = change.output();
            return Optional.empty();
        }

        private int lastAttempt() {
            return attempts.isEmpty() ? 0 : attempts.get(attempts.size() - 1).attempt();
        }

        private void end(TaskState how, Instant at, Optional<ErrorInfo> why) {
            StoredAttempt last = attempts.remove(attempts.size() - 1);
            attempts.add(new StoredAttempt(last.attempt(), how, last.startedAt(), Optional.of(at), why));
        }

        private void closeCrashed(Instant at) {
            end(TaskState.FAILED, at, Optional.empty());
        }

        synchronized void reopen() {
            if (stored().survivesResume()) {
                return;
            }
            if (state == TaskState.RUNNING) {
                StoredAttempt last = attempts.get(attempts.size() - 1);
                end(TaskState.FAILED, last.startedAt(), Optional.empty());
            }
            state = TaskState.PENDING;
        }
    }
}
