package etl.testkit;

import etl.core.Pipeline;
import etl.core.TaskContext;
import etl.core.TaskRef;
import etl.core.spi.TaskInterceptor;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a test does to the tasks of a pipeline, in the order in which an attempt meets it. */
final class TaskFaults implements TaskInterceptor {
    private final Pipeline pipeline;
    private final ManualTime time;
    private final Map<String, Duration> durations = new HashMap<>();
    private final Map<String, Failing> failures = new HashMap<>();
    private final Map<String, TaskInterceptor> codes = new HashMap<>();

    private record Failing(int attempts, Supplier<? extends Exception> failure) {}

    TaskFaults(Pipeline pipeline, ManualTime time) {
        this.pipeline = pipeline;
        this.time = time;
    }

    String id(TaskRef<?> task) {
        return pipeline.task(task.id())
                .orElseThrow(() -> new IllegalArgumentException(
                        "pipeline '" + pipeline.name() + "' has no task '" + task.id() + "'"))
                .id();
    }

    void duration(TaskRef<?> task, Duration duration) {
        durations.put(id(task), duration);
    }

    void failure(TaskRef<?> task, int attempts, Supplier<? extends Exception> failure) {
        failures.put(id(task), new Failing(attempts, failure));
    }

    void code(TaskRef<?> task, TaskInterceptor code) {
        codes.put(id(task), code);
    }

    /** Instead of the code; of a mapped task, each element returns its own part of the list. */
    void output(TaskRef<?> task, @Nullable Object output) {
        boolean mapped = pipeline.task(id(task)).orElseThrow().mapped().isPresent();
        code(task, (context, code) -> mapped ? element(context, output) : output);
    }

    private static @Nullable Object element(TaskContext context, @Nullable Object output) {
        int index = context.mapIndex().orElseThrow();
        if (!(output instanceof List<?> outputs) || index >= outputs.size()) {
            throw new IllegalStateException("the test has no output for element " + index + " of task '"
                    + context.taskId() + "': " + output + " is not a list of that many elements");
        }
        return outputs.get(index);
    }

    void remove(TaskRef<?> task) {
        durations.remove(id(task));
        failures.remove(id(task));
        codes.remove(id(task));
    }

    @Override
    public @Nullable Object execute(TaskContext context, Code task) throws Exception {
        Duration duration = durations.get(context.taskId());
        if (duration != null) {
            pass(duration, context);
        }
        Failing failing = failures.get(context.taskId());
        if (failing != null && context.attempt() <= failing.attempts()) {
            throw failing.failure().get();
        }
        TaskInterceptor code = codes.get(context.taskId());
        return code == null ? task.execute() : code.execute(context, task);
    }

    /** Lets time go by as code does that waits and can be interrupted. */
    private void pass(Duration duration, TaskContext context) throws InterruptedException {
        Instant end = time.instant().plus(duration);
        Optional<Instant> next = time.nextAlarm();
        while (!context.isCancelled()
                && next.filter(alarm -> !alarm.isAfter(end)).isPresent()) {
            time.advanceTo(next.get());
            next = time.nextAlarm();
        }
        if (context.isCancelled()) {
            throw new InterruptedException("interrupted while it took its " + duration);
        }
        time.advanceTo(end);
    }
}
