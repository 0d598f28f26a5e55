package etl.core;

import etl.core.spi.RunInfo;
import etl.core.spi.StoredTask;
import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One attempt on the calling thread, of which nobody is told and nothing is kept. */
final class SoloExecution {
    private final RunScope scope;
    private final TaskRun taskRun;
    private @Nullable Object output;
    private @Nullable Throwable failure;

    SoloExecution(Pipeline pipeline, RunInfo run, Map<String, Object> arguments, int task, int mapIndex) {
        this.scope = new RunScope(pipeline, run, settings(), arguments);
        this.taskRun = mapIndex == StoredTask.NOT_MAPPED
                ? new TaskRun(TaskRuns.ofTasks(), task)
                : new TaskRun(TaskRuns.ofElements(task, 0), mapIndex);
    }

    <R extends @Nullable Object> TaskOutcome<R> execute(int number, TaskBody.Inputs inputs) {
        TaskAttempt attempt = new Attempt(taskRun, number, Instant.now());
        attempt.execute(scope.pipeline().body(taskRun.task()), inputs);
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        Duration duration = Duration.between(attempt.startedAt(), Instant.now());
        return new TaskOutcome<>(attempt.taskId(), output, failure, attempt.rows(), duration);
    }

    private static RunSettings settings() {
        InMemoryStateStore store = InMemoryStateStore.create();
        Time time = new NoAlarms();
        return new RunSettings(
                store,
                new Listeners(List.of(), 1),
                time,
                new HostedThreads(Runnable::run),
                ThreadLocalRandom.current(),
                1,
                new Slots(1),
                Map.of(),
                EtlBuilder.DEFAULT_GRACE,
                new CacheWaiters(store.outputCache(), time));
    }

    private final class Attempt extends TaskAttempt {
        Attempt(TaskRun taskRun, int number, Instant startedAt) {
            super(taskRun, number, startedAt);
        }

        @Override
        RunScope scope() {
            return scope;
        }

        @Override
        void ended(@Nullable Object result, @Nullable Throwable thrown) {
            output = result;
            failure = thrown;
        }

        @Override
        void abandoned(TaskAbandonedException why) {
            throw new IllegalStateException("nobody interrupts this attempt", why);
        }
    }

    /** Whoever looks at code in a debugger has all the time of the world. */
    private static final class NoAlarms implements Time {
        @Override
        public Instant instant() {
            return Instant.now();
        }

        @Override
        public Alarm after(Duration delay, Runnable action) {
            return Alarm.NONE;
        }

        @Override
        public void close() {}
    }
}
