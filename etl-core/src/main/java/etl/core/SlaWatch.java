package etl.core;

import etl.core.spi.RunInfo;
import etl.core.spi.RunListener.Event;
import etl.core.spi.RunListener.SlaMissed;
import etl.core.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Alarms for what should have ended by now. Who takes an alarm out of {@link #alarms} decides: an end that comes first
 * silences it. The lock is held while a miss is told, so that none is told after the end of the run.
 */
final class SlaWatch {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final Pipeline pipeline;
    private final RunInfo run;
    private final Time time;
    private final Consumer<Event> told;
    private final boolean active;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Optional<String>, Time.Alarm> alarms = new HashMap<>();
    private final Map<String, Waiting> waiting = new HashMap<>();
    private final Map<String, List<String>> waitingFor = new HashMap<>();
    private boolean closed;

    /** A task of an included pipeline that has not started. */
    private record Waiting(Duration sla, Set<String> open) {}

    SlaWatch(Pipeline pipeline, RunInfo run, Time time, Consumer<Event> told) {
        this.pipeline = pipeline;
        this.run = run;
        this.time = time;
        this.told = told;
        this.active = pipeline.callbacks().hasSlas();
    }

    boolean isActive() {
        return active;
    }

    void start(IntPredicate hasEnded) {
        if (!active) {
            return;
        }
        pipeline.hooks().sla().ifPresent(sla -> watch(Optional.empty(), sla));
        for (int task = 0; task < pipeline.size(); task++) {
            TaskView view = pipeline.task(task);
            if (!hasEnded.test(task) && view.hooks().sla().isPresent()) {
                Set<String> open = new HashSet<>(pipeline.scope(task).after());
                open.removeIf(gate -> hasEnded.test(pipeline.ordinal(gate)));
                start(view.id(), view.hooks().sla().get(), open);
            }
        }
    }

    /** The time of a task of an included pipeline begins when all that this waits for has ended. */
    private void start(String task, Duration sla, Set<String> open) {
        if (open.isEmpty()) {
            watch(Optional.of(task), sla);
            return;
        }
        lock.lock();
        try {
            waiting.put(task, new Waiting(sla, open));
            open.forEach(gate ->
                    waitingFor.computeIfAbsent(gate, any -> new ArrayList<>()).add(task));
        } finally {
            lock.unlock();
        }
    }

    private void watch(Optional<String> task, Duration sla) {
        lock.lock();
        try {
            if (!closed) {
                alarms.put(task, time.after(sla, () -> ring(task, sla)));
            }
        } finally {
            lock.unlock();
        }
    }

    private void ring(Optional<String> task, Duration sla) {
        lock.lock();
        try {
            if (alarms.remove(task) != null) {
                String who = task.map(id -> "task '" + id + "'").orElse("the run");
                LOG.warn("run {} of pipeline '{}': {} missed its SLA of {}", run.id(), run.pipeline(), who, sla);
                told.accept(new SlaMissed(run, task, sla, time.instant()));
            }
        } finally {
            lock.unlock();
        }
    }

    void ended(String task, TaskState how) {
        if (!active) {
            return;
        }
        lock.lock();
        try {
            Time.Alarm alarm = alarms.remove(Optional.of(task));
            if (alarm != null) {
                alarm.cancel();
            }
            waiting.remove(task);
            waitingFor.getOrDefault(task, List.of()).forEach(below -> opened(task, how, below));
        } finally {
            lock.unlock();
        }
    }

    /** Below a gate that has not succeeded nothing starts, and nothing can be late. */
    private void opened(String gate, TaskState how, String task) {
        if (how != TaskState.SUCCEEDED) {
            waiting.remove(task);
            return;
        }
        Waiting still = waiting.get(task);
        if (still != null && still.open().remove(gate) && still.open().isEmpty()) {
            waiting.remove(task);
            watch(Optional.of(task), still.sla());
        }
    }

    void close() {
        if (!active) {
            return;
        }
        lock.lock();
        try {
            closed = true;
            alarms.values().forEach(Time.Alarm::cancel);
            alarms.clear();
        } finally {
            lock.unlock();
        }
    }
}
