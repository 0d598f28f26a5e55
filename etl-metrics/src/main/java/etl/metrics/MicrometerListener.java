package etl.metrics;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.TaskTimeoutException;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RunListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Counts and times runs and tasks in a Micrometer registry, on the threads of the runner, so that nothing is missed. Safe for
 * use by many threads.
 *
 * <p>{@code task_cache_total} counts the look-ups of cached outputs by their result, {@code hit} or {@code miss}; a task run
 * whose output was reused counts in {@code task_runs_total} too, but has no duration.
 *
 * <p>Each element of a mapped task counts as a task run, and so does, once and without a duration, the mapped task as a
 * whole. {@code pipeline_errors_total} counts every failed attempt, those that are retried included, by the simple name of
 * the exception's class; after 100 different names of one pipeline, further ones are counted as {@code other}.
 * What is known when a run begins (the states in which it can end, errors by timeout) is registered then with 0, so that a
 * rate over it is right from the first event on. {@code task_duration_seconds} measures the last attempt of a task, {@code rows_total} counts what it reported.
 */
public final class MicrometerListener implements RunListener {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1)
    };

    private final MeterRegistry registry;
    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private final Map<Key, AtomicInteger> gauges = new ConcurrentHashMap<>();
    private final RegistryState shared;
    private final Set<ActiveTask> active = ConcurrentHashMap.newKeySet();

    /** A meter, so that it is looked up in the registry only once. */
    private record Key(String name, List<String> tags) {}

    private record ActiveTask(RunId run, String task, int mapIndex) {}

    private MicrometerListener(MeterRegistry registry) {
        this.registry = registry;
        this.shared = RegistryState.of(registry);
    }

    /**
     * A listener for a registry.
     *
     * @param registry the registry, which stays the caller's
     * @return the listener
     */
    public static MicrometerListener of(MeterRegistry registry) {
        return new MicrometerListener(registry);
    }

    @Override
    public boolean synchronous() {
        return true; // Counters are exact: no event may be dropped.
    }

    @Override
    public void onRunStarted(RunStarted event) {
        String pipeline = event.run().pipeline();
        gauge(MetricNames.RUNS_ACTIVE, pipeline).incrementAndGet();
        Stream.of(RunState.values())
                .filter(RunState::isFinal)
                .forEach(state -> counter(MetricNames.RUNS, "pipeline", pipeline, "state", state.name()));
        counter(MetricNames.ERRORS, "pipeline", pipeline, "error", TaskTimeoutException.class.getSimpleName());
    }

    @Override
    public void onCacheChecked(CacheChecked event) {
        if (event.result() != CacheResult.WAITING) {
            String result = event.result() == CacheResult.HIT ? "hit" : "miss";
            count(MetricNames.CACHE, 1, "pipeline", event.run().pipeline(), "task", event.taskId(), "result", result);
        }
    }

    @Override
    public void onTaskStarted(TaskStarted event) {
        if (active.add(new ActiveTask(event.run().id(), event.taskId(), event.mapIndex()))) {
            gauge(MetricNames.TASKS_ACTIVE, event.run().pipeline()).incrementAndGet();
        }
    }

    @Override
    public void onTaskRetrying(TaskRetrying event) {
        String pipeline = event.run().pipeline();
        attemptEnded(event.run().id(), pipeline, event.taskId(), event.mapIndex());
        count(MetricNames.RETRIES, 1, "pipeline", pipeline, "task", event.taskId());
        countError(pipeline, event.error());
    }

    @Override
    public void onTaskEnded(TaskEnded event) {
        String pipeline = event.run().pipeline();
        String state = event.state().name();
        boolean ran = attemptEnded(event.run().id(), pipeline, event.taskId(), event.mapIndex());
        count(MetricNames.TASKS, 1, "pipeline", pipeline, "task", event.taskId(), "state", state);
        if (event.state() == TaskState.FAILED && event.attempt() > 0) {
            event.error().ifPresent(error -> countError(pipeline, error));
        }
        if (ran) {
            time(
                    MetricNames.TASK_DURATION,
                    event.duration(),
                    "pipeline",
                    pipeline,
                    "task",
                    event.taskId(),
                    "state",
                    state);
            countRows(event, "read", event.rows().read());
            countRows(event, "written", event.rows().written());
            countRows(event, "rejected", event.rows().rejected());
        }
    }

    private boolean attemptEnded(RunId run, String pipeline, String task, int mapIndex) {
        boolean ran = active.remove(new ActiveTask(run, task, mapIndex));
        if (ran) {
            gauge(MetricNames.TASKS_ACTIVE, pipeline).decrementAndGet();
        }
        return ran;
    }

    private void countRows(TaskEnded event, String kind, long rows) {
        if (rows > 0) {
            count(MetricNames.ROWS, rows, "pipeline", event.run().pipeline(), "task", event.taskId(), "kind", kind);
        }
    }

    private void countError(String pipeline, ErrorInfo error) {
        String name = error.type().substring(error.type().lastIndexOf('.') + 1);
        String label = shared.hasRoomForError(pipeline, name) ? name : "other";
        count(MetricNames.ERRORS, 1, "pipeline", pipeline, "error", label);
    }

    @Override
    public void onRunEnded(RunEnded event) {
        String pipeline = event.run().pipeline();
        String state = event.state().name();
        gauge(MetricNames.RUNS_ACTIVE, pipeline).decrementAndGet();
        count(MetricNames.RUNS, 1, "pipeline", pipeline, "state", state);
        time(MetricNames.RUN_DURATION, event.duration(), "pipeline", pipeline, "state", state);
    }

    /** Of the tasks that were being executed, nothing more is told. */
    @Override
    public void onRunStopped(RunStopped event) {
        String pipeline = event.run().pipeline();
        gauge(MetricNames.RUNS_ACTIVE, pipeline).decrementAndGet();
        active.stream()
                .filter(task -> task.run().equals(event.run().id()))
                .forEach(task -> attemptEnded(task.run(), pipeline, task.task(), task.mapIndex()));
    }

    private void count(String name, long amount, String... tags) {
        counter(name, tags).increment((double) amount);
    }

    private Counter counter(String name, String... tags) {
        return counters.computeIfAbsent(
                new Key(name, List.of(tags)),
                key -> Counter.builder(key.name()).tags(tags).register(registry));
    }

    private void time(String name, Duration duration, String... tags) {
        timers.computeIfAbsent(
                        new Key(name, List.of(tags)),
                        key -> Timer.builder(key.name())
                                .tags(tags)
                                .serviceLevelObjectives(BUCKETS)
                                .register(registry))
                .record(duration);
    }

    private AtomicInteger gauge(String name, String pipeline) {
        return gauges.computeIfAbsent(new Key(name, List.of(pipeline)), any -> shared.gauge(registry, name, pipeline));
    }
}
