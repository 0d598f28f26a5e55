package etl.core;

import etl.core.TriggerRule.Decision;
import etl.core.spi.ErrorInfo;
import etl.core.spi.StateStore;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Where every task of one run stands, by ordinal, with the elements of those that are mapped. */
final class TaskTable {
    private final Pipeline pipeline;
    private final TaskColumns columns;
    private final Successors successors;
    private final TaskRuns runs;
    private final UpstreamStates upstream;
    private final IntFunction<TaskState> states = this::state;
    private final Map<Integer, List<StoredTask>> storedElements = new HashMap<>();
    private final int[] ended;
    private final Map<Integer, MappedTask> mapped = new ConcurrentHashMap<>();

    /** A table for a run, with the task runs that a store remembers of it. */
    TaskTable(Pipeline pipeline, List<StoredTask> stored) {
        this.pipeline = pipeline;
        this.columns = pipeline.columns();
        this.successors = columns.successors();
        this.runs = TaskRuns.ofTasks(columns.ids());
        this.upstream = new UpstreamStates(pipeline);
        for (StoredTask task : stored) {
            int ordinal = pipeline.ordinal(task.taskId());
            if (task.mapIndex() == StoredTask.NOT_MAPPED) {
                runs.restore(ordinal, task);
            } else {
                storedElements
                        .computeIfAbsent(ordinal, any -> new ArrayList<>())
                        .add(task);
            }
        }
        this.ended = stored.isEmpty()
                ? new int[0]
                : IntStream.range(0, pipeline.size())
                        .filter(task -> state(task).isFinal())
                        .toArray();
    }

    /** The tasks that had ended before the run began, or was resumed. */
    int[] endedBefore() {
        return ended;
    }

    /** Whether a task had ended before. */
    boolean isResumed() {
        return ended.length > 0;
    }

    /** The task runs of all tasks. */
    TaskRuns runs() {
        return runs;
    }

    TaskRun run(int task) {
        return runs.get(task);
    }

    TaskState state(int task) {
        return runs.state(task);
    }

    boolean isAllFinal() {
        return runs.isAllFinal();
    }

    /** Whether every task stands in the store as it does here. */
    boolean isAsStored(List<StoredTask> stored) {
        int same = 0;
        for (StoredTask row : stored) {
            if (row.mapIndex() == StoredTask.NOT_MAPPED && row.state() == state(pipeline.ordinal(row.taskId()))) {
                same++;
            }
        }
        return same == pipeline.size();
    }

    int finalTasks() {
        return runs.finalCount();
    }

    /** What becomes of a task before any of its upstream tasks ends. */
    Decision decideAtStart(int task) {
        return upstream.begin(task);
    }

    /**
     * What becomes of a task now that one of its upstream tasks has ended; START, SKIP or UPSTREAM_FAILED only once.
     *
     * @param place where the task stands among the {@link Successors}
     */
    Decision decide(int place, int ended, TaskState how, IntFunction<@Nullable Object> outputOf) {
        int task = successors.at(place);
        if (how == TaskState.SUCCEEDED && successors.isPlain(place)) {
            return upstream.succeeded(task, states);
        }
        return upstream.ended(task, pipeline.start(task).seen(ended, how, outputOf), states);
    }

    /** Makes the task runs of a mapped task's elements; those that a store remembers are as it remembers them. */
    MappedTask map(TaskRun whole, MappedElements elements) {
        TaskRuns elementRuns = TaskRuns.ofElements(whole.task(), elements.size());
        boolean restored = false;
        for (StoredTask stored : storedElements.getOrDefault(whole.task(), List.of())) {
            if (stored.mapIndex() < elements.size()) {
                elementRuns.restore(stored.mapIndex(), stored);
                restored |= stored.survivesResume();
            }
        }
        MappedTask task = new MappedTask(whole, elements, elementRuns, restored);
        mapped.put(whole.task(), task);
        return task;
    }

    @Nullable
    MappedTask mapped(int task) {
        return mapped.get(task);
    }

    Iterable<MappedTask> mappedTasks() {
        return mapped.values();
    }

    /** Whether the output has still to be read from the store. */
    boolean isOnlyStored(int task) {
        return run(task).output() instanceof StoredOutput stored && !stored.isRead();
    }

    @Nullable
    Object output(int task, StateStore store, RunId run) {
        Object output = run(task).output();
        return output instanceof StoredOutput stored ? stored.get(() -> stored(task, store, run)) : output;
    }

    private @Nullable Object stored(int task, StateStore store, RunId run) {
        TaskView view = pipeline.task(task);
        return pipeline.mapping(task).isPresent()
                ? store.outputs(run, view.id(), pipeline.mapping(task).get().elementType())
                : store.output(run, view.id(), view.outputType());
    }

    RunState runState() {
        if (runs.anyFailed()) {
            return RunState.FAILED;
        }
        return runs.anyCancelled() ? RunState.CANCELLED : RunState.SUCCEEDED;
    }

    RunReport report(RunId run, StateStore store, RunState state, Duration duration, @Nullable Throwable failure) {
        return new RunReport(
                pipeline,
                run,
                state,
                duration,
                new Reports(),
                Optional.ofNullable(failure).map(ErrorInfo::of),
                failure,
                task -> output(task, store, run),
                task -> run(task).failure(),
                this::elements);
    }

    /** Made when they are read: of a large run, few are. */
    private final class Reports extends AbstractList<TaskReport> implements RandomAccess {
        @Override
        public TaskReport get(int task) {
            return run(task).report(columns.id(task));
        }

        @Override
        public int size() {
            return runs.size();
        }
    }

    private List<TaskReport> elements(int task) {
        MappedTask found = mapped.get(task);
        if (found == null) {
            return List.of();
        }
        List<TaskReport> reports = new ArrayList<>(found.elements().size());
        for (int index = 0; index < found.elements().size(); index++) {
            reports.add(found.elements().get(index).report(pipeline.task(task).id()));
        }
        return reports;
    }
}
