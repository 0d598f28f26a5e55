package etl.core;

import etl.core.spi.RowCounts;
import etl.core.spi.StateStore;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a store tells of a run that this orchestrator did not execute to its end. */
final class StoredReport {
    private final Pipeline pipeline;
    private final StateStore store;
    private final RunId id;
    private final @Nullable StoredTask[] whole;
    private final List<List<StoredTask>> elements = new ArrayList<>();

    StoredReport(Pipeline pipeline, StateStore store, RunId id) {
        this.pipeline = pipeline;
        this.store = store;
        this.id = id;
        this.whole = new StoredTask[pipeline.size()];
        for (int task = 0; task < whole.length; task++) {
            elements.add(List.of());
        }
        for (StoredTask row : store.tasks(id)) {
            int task = pipeline.ordinal(row.taskId());
            if (row.mapIndex() == StoredTask.NOT_MAPPED) {
                whole[task] = row;
            } else {
                if (elements.get(task).isEmpty()) {
                    elements.set(task, new ArrayList<>());
                }
                elements.get(task).add(row);
            }
        }
    }

    RunProgress progress() {
        int ended = 0;
        int running = 0;
        for (StoredTask row : whole) {
            ended += row != null && row.state().isFinal() ? 1 : 0;
            running += row != null && row.state() == TaskState.RUNNING ? 1 : 0;
        }
        return new RunProgress(whole.length, ended, running);
    }

    RunReport of(StoredRun run) {
        List<TaskReport> tasks = new ArrayList<>();
        for (int task = 0; task < whole.length; task++) {
            StoredTask row = whole[task];
            tasks.add(row == null ? none(pipeline.task(task).id()) : of(row));
        }
        Duration duration = run.startedAt().isPresent() && run.endedAt().isPresent()
                ? Duration.between(run.startedAt().get(), run.endedAt().get())
                : Duration.ZERO;
        return new RunReport(
                pipeline,
                id,
                run.state(),
                duration,
                tasks,
                run.error(),
                null,
                this::output,
                task -> null,
                task -> elements.get(task).stream()
                        .sorted(Comparator.comparingInt(StoredTask::mapIndex))
                        .map(StoredReport::of)
                        .toList());
    }

    private @Nullable Object output(int task) {
        TaskView view = pipeline.task(task);
        Optional<Mapping> mapping = pipeline.mapping(task);
        return mapping.isPresent()
                ? store.outputs(id, view.id(), mapping.get().elementType())
                : store.output(id, view.id(), view.outputType());
    }

    private static TaskReport none(String id) {
        return new TaskReport(
                id,
                StoredTask.NOT_MAPPED,
                TaskState.PENDING,
                0,
                Duration.ZERO,
                RowCounts.NONE,
                Optional.empty(),
                Optional.empty());
    }

    private static TaskReport of(StoredTask row) {
        if (row.attempts().isEmpty() || row.cachedFrom().isPresent()) {
            return new TaskReport(
                    row.taskId(),
                    row.mapIndex(),
                    row.state(),
                    row.attempt(),
                    Duration.ZERO,
                    row.rows(),
                    Optional.empty(),
                    row.cachedFrom());
        }
        StoredAttempt last = row.attempts().get(row.attempts().size() - 1);
        return new TaskReport(
                row.taskId(),
                row.mapIndex(),
                row.state(),
                last.attempt(),
                Duration.between(last.startedAt(), last.endedAt().orElse(last.startedAt())),
                row.rows(),
                last.error(),
                Optional.empty());
    }
}
