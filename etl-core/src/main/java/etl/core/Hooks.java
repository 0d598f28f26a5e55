package etl.core;

import etl.core.spi.RunListener.Event;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a pipeline or a task declares to be told of, apart from the code that is told. Immutable and safe for use by many
 * threads.
 */
public final class Hooks {
    /** When a callback is called. */
    public enum Point {
        /** The run or the task has SUCCEEDED. */
        SUCCESS,
        /** The run or the task has FAILED, for good. */
        FAILURE,
        /** An attempt of the task, or of any task of the pipeline, has failed and another one follows. */
        RETRY,
        /** The task, or any task of the pipeline, was SKIPPED. */
        SKIP,
        /** The task, or the run or any of its tasks, has not ended in time. */
        SLA_MISS
    }

    private final Optional<Duration> sla;
    private final Map<Point, List<Consumer<Event>>> callbacks;

    Hooks(Optional<Duration> sla, Map<Point, List<Consumer<Event>>> declared) {
        this.sla = sla;
        this.callbacks = new EnumMap<>(Point.class);
        declared.forEach((point, list) -> callbacks.put(point, List.copyOf(list)));
    }

    /**
     * The time in which it should end, counted from the start of the run.
     *
     * @return the time allowed, or empty if none was declared
     */
    public Optional<Duration> sla() {
        return sla;
    }

    /**
     * When there are callbacks.
     *
     * @return the points with at least one callback, unmodifiable
     */
    public Set<Point> points() {
        return Set.copyOf(callbacks.keySet());
    }

    List<Consumer<Event>> callbacks(Point point) {
        return callbacks.getOrDefault(point, List.of());
    }

    boolean hasCallbacks() {
        return !callbacks.isEmpty();
    }

    @Override
    public String toString() {
        return "hooks " + callbacks.keySet() + sla.map(time -> ", sla " + time).orElse("");
    }
}
