package etl.core;

import etl.core.TriggerRule.Decision;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.StateStore;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What remains to be recorded when an outside engine has ended a run. */
final class ExternalEnd {
    private static final String LOST = "etl.engine.Lost";

    private final Pipeline pipeline;
    private final Map<String, StoredTask> rows;
    private final TaskState[] states;
    private final UpstreamStates upstream;
    private final String why;
    private final RunState unfinished;
    private final List<TaskChange> changes = new ArrayList<>();

    ExternalEnd(
            Pipeline pipeline,
            Map<String, StoredTask> rows,
            IntFunction<@Nullable Object> outputs,
            Instant now,
            String why,
            RunState unfinished) {
        this.pipeline = pipeline;
        this.why = why;
        this.unfinished = unfinished;
        this.rows = rows;
        this.states = new TaskState[pipeline.size()];
        this.upstream = new UpstreamStates(pipeline);
        Decision[] decisions = new Decision[pipeline.size()];
        for (int task : pipeline.order()) {
            settle(task, decisions[task], now);
            for (int successor : pipeline.downstream(task)) {
                TaskState seen = pipeline.start(successor).seen(task, states[task], outputs);
                Decision decision = upstream.ended(successor, seen, state -> states[state]);
                decisions[successor] = decision == Decision.WAIT ? decisions[successor] : decision;
            }
        }
    }

    private void settle(int task, @Nullable Decision decision, Instant now) {
        String id = pipeline.task(task).id();
        StoredTask row = rows.get(id);
        TaskState state = row == null ? TaskState.PENDING : row.state();
        int attempt = row == null ? 0 : row.attempt();
        if (row != null && (state == TaskState.RUNNING || state == TaskState.RETRYING)) {
            state = TaskState.FAILED;
            changes.add(TaskChange.failed(id, attempt, state, now, RowCounts.NONE, lost(row, why)));
        } else if (state == TaskState.PENDING) {
            state = notStarted(decision);
            changes.add(TaskChange.ended(id, attempt, state, now));
        }
        states[task] = state;
    }

    /** Why a task has failed that was left in the middle: its own last error, if it has one. */
    static ErrorInfo lost(StoredTask row, String why) {
        return row.attempts().stream()
                .flatMap(attempt -> attempt.error().stream())
                .reduce((first, second) -> second)
                .orElse(new ErrorInfo(LOST, why + " while this task was " + row.state(), ""));
    }

    private static TaskState notStarted(@Nullable Decision decision) {
        if (decision == Decision.UPSTREAM_FAILED) {
            return TaskState.UPSTREAM_FAILED;
        }
        return decision == Decision.SKIP ? TaskState.SKIPPED : TaskState.CANCELLED;
    }

    List<TaskChange> changes() {
        return changes;
    }

    RunState state() {
        boolean cancelled = false;
        for (TaskState state : states) {
            if (state == TaskState.FAILED) {
                return RunState.FAILED;
            }
            cancelled |= state == TaskState.CANCELLED;
        }
        return cancelled ? unfinished : RunState.SUCCEEDED;
    }

    /** The failure of the task that failed first; why the run has ended if it has FAILED without one. */
    Optional<ErrorInfo> error() {
        Optional<ErrorInfo> recorded = rows.values().stream()
                .filter(row -> row.state() == TaskState.FAILED)
                .flatMap(row ->
                        row.attempts().stream().skip(Math.max(0, row.attempts().size() - 1)))
                .filter(attempt -> attempt.error().isPresent())
                .min(Comparator.comparing(attempt -> attempt.endedAt().orElse(Instant.MAX)))
                .flatMap(StoredAttempt::error);
        Optional<ErrorInfo> failure = recorded.or(() ->
                changes.stream().flatMap(change -> change.error().stream()).findFirst());
        return failure.isEmpty() && state() == RunState.FAILED ? Optional.of(new ErrorInfo(LOST, why, "")) : failure;
    }

    RunReport report(RunId id, StateStore store, Duration duration) {
        List<TaskReport> tasks = new ArrayList<>();
        for (int task = 0; task < states.length; task++) {
            tasks.add(report(task));
        }
        return new RunReport(
                pipeline,
                id,
                state(),
                duration,
                tasks,
                error(),
                null,
                task -> store.output(
                        id, pipeline.task(task).id(), pipeline.task(task).outputType()),
                task -> null,
                task -> List.of());
    }

    private TaskReport report(int task) {
        String id = pipeline.task(task).id();
        StoredTask row = rows.get(id);
        if (row == null || row.attempts().isEmpty()) {
            return new TaskReport(
                    id,
                    StoredTask.NOT_MAPPED,
                    states[task],
                    0,
                    Duration.ZERO,
                    RowCounts.NONE,
                    Optional.empty(),
                    row == null ? Optional.empty() : row.cachedFrom());
        }
        StoredAttempt last = row.attempts().get(row.attempts().size() - 1);
        Duration duration = Duration.between(last.startedAt(), last.endedAt().orElse(last.startedAt()));
        return new TaskReport(
                id,
                StoredTask.NOT_MAPPED,
                states[task],
                row.attempt(),
                duration,
                row.rows(),
                last.error(),
                row.cachedFrom());
    }
}
