package etl.core;

import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a store tells of one run's tasks, read when it is asked for. */
record StoredTasks(Pipeline pipeline, StateStore store, StoredRun stored) {
    RunId run() {
        return stored.definition().id();
    }

    Arguments arguments() {
        return Arguments.parse(pipeline, stored.definition().arguments());
    }

    Optional<DataInterval> dataInterval() {
        return stored.definition().dataInterval();
    }

    TaskState state(int task) {
        return store.task(run(), pipeline.task(task).id())
                .map(StoredTask::state)
                .orElse(TaskState.PENDING);
    }

    @Nullable
    Object output(int task) {
        TaskView view = pipeline.task(task);
        return pipeline.mapping(task).isPresent()
                ? store.outputs(run(), view.id(), pipeline.mapping(task).get().elementType())
                : store.output(run(), view.id(), view.outputType());
    }

    /** How often a task, or an element of a mapped one, was attempted. */
    int attempts(int task, int mapIndex) {
        String id = pipeline.task(task).id();
        return store.tasks(run()).stream()
                .filter(row -> row.taskId().equals(id) && row.mapIndex() == mapIndex)
                .mapToInt(StoredTask::attempt)
                .findFirst()
                .orElse(0);
    }
}
