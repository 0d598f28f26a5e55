package etl.core;

import etl.core.spi.StateStore;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How long the tasks of a pipeline have taken so far: for each task the median of its runs that SUCCEEDED. The attempt
 * that succeeded counts, without the attempts that failed before it and the waits between them; a mapped task counts as a
 * whole, from its first element to its last. Immutable and safe for use by many threads.
 */
public final class TaskDurations {
    private static final int NEWEST_RUNS = 500;
    private static final int RUNS_READ = 20;
    private static final TaskDurations UNKNOWN = new TaskDurations(0, Map.of());

    private final int runs;
    private final Map<String, Duration> medians;

    private TaskDurations(int runs, Map<String, Duration> medians) {
        this.runs = runs;
        this.medians = Map.copyOf(medians);
    }

    /**
     * Nothing is known: there was no run before.
     *
     * @return durations without a task
     */
    public static TaskDurations unknown() {
        return UNKNOWN;
    }

    /**
     * Durations that come from elsewhere.
     *
     * @param durations a duration for each task that has one, by id, not negative
     * @return the durations, from no run
     * @throws IllegalArgumentException if a duration is negative
     */
    public static TaskDurations of(Map<String, Duration> durations) {
        durations.forEach((task, duration) -> Checks.notNegative(duration, "duration of task '" + task + "'"));
        return new TaskDurations(0, durations);
    }

    /**
     * The medians of former runs: of the newest {@value #RUNS_READ} runs of the pipeline's name in which a task succeeded,
     * as far as they are among the newest {@value #NEWEST_RUNS} runs of the store.
     *
     * @param pipeline the pipeline
     * @param store where its runs are kept
     * @return the durations
     * @throws etl.core.spi.StateStoreException if the store cannot be read
     */
    public static TaskDurations of(Pipeline pipeline, StateStore store) {
        Map<String, List<Duration>> samples = new HashMap<>();
        int read = 0;
        for (StoredRun run : store.recent(NEWEST_RUNS)) {
            if (run.definition().pipeline().equals(pipeline.name())
                    && addSamples(
                            samples, pipeline, store.tasks(run.definition().id()))
                    && ++read == RUNS_READ) {
                break;
            }
        }
        Map<String, Duration> medians = new HashMap<>();
        samples.forEach((task, durations) -> medians.put(task, median(durations)));
        return new TaskDurations(read, medians);
    }

    private static boolean addSamples(Map<String, List<Duration>> samples, Pipeline pipeline, List<StoredTask> tasks) {
        boolean found = false;
        for (StoredTask task : tasks) {
            Optional<Duration> took = took(task);
            if (took.isPresent() && pipeline.task(task.taskId()).isPresent()) {
                samples.computeIfAbsent(task.taskId(), any -> new ArrayList<>()).add(took.get());
                found = true;
            }
        }
        return found;
    }

    private static Optional<Duration> took(StoredTask task) {
        if (task.mapIndex() != StoredTask.NOT_MAPPED
                || task.state() != TaskState.SUCCEEDED
                || task.attempts().isEmpty()) {
            return Optional.empty();
        }
        StoredAttempt last = task.attempts().get(task.attempts().size() - 1);
        boolean marked = last.error().isPresent();
        return last.endedAt()
                .filter(end -> !marked)
                .map(end -> Duration.between(last.startedAt(), end))
                .map(TaskDurations::notNegative);
    }

    /** A clock that was set back between start and end must not shorten a plan. */
    private static Duration notNegative(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private static Duration median(List<Duration> durations) {
        List<Duration> sorted = durations.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : sorted.get(middle - 1).plus(sorted.get(middle)).dividedBy(2);
    }

    /**
     * The duration of a task.
     *
     * @param taskId its id
     * @return the median, or empty if the task has not succeeded in any of the runs
     */
    public Optional<Duration> of(String taskId) {
        return Optional.ofNullable(medians.get(taskId));
    }

    /**
     * From how many former runs the durations are.
     *
     * @return the number of runs in which a task succeeded
     */
    public int runs() {
        return runs;
    }
}
