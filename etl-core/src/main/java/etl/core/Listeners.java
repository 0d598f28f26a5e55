package etl.core;

import etl.core.spi.RunInfo;
import etl.core.spi.RunListener;
import etl.core.spi.RunListener.Event;
import etl.core.spi.Time;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The listeners of an orchestrator, and the queues of its pipelines' callbacks. */
final class Listeners {
    private final int capacity;
    private final List<RunListener> synchronous;
    private final Map<Consumer<Event>, Delivery> queued = new LinkedHashMap<>();
    private final Map<String, Delivery> callbacks = new ConcurrentHashMap<>();
    private final boolean active;

    Listeners(List<RunListener> listeners, int capacity) {
        this.capacity = capacity;
        this.active = !listeners.isEmpty();
        Map<Boolean, List<RunListener>> kinds =
                listeners.stream().collect(Collectors.partitioningBy(RunListener::synchronous));
        this.synchronous = kinds.getOrDefault(true, List.of());
        for (RunListener listener : kinds.getOrDefault(false, List.of())) {
            queued.put(event -> event.tell(listener), new Delivery(name(listener), capacity));
        }
    }

    private static String name(RunListener listener) {
        return "listener " + listener.getClass().getName();
    }

    /** False if nobody listens: then no event needs to be made. */
    boolean isActive() {
        return active;
    }

    void tell(Event event) {
        for (RunListener listener : synchronous) {
            try {
                event.tell(listener);
            } catch (Throwable failure) {
                Failures.log(name(listener), event, failure);
            }
        }
        queued.forEach((target, delivery) -> delivery.offer(target, event));
    }

    /** The events of one run, or of one attempt that an engine has started. */
    RunEvents of(Pipeline pipeline, RunInfo run, Time time) {
        return new RunEvents(this, pipeline, run, time);
    }

    /** Pipelines of one name share a queue, so that a callback that blocks holds up no other pipeline. */
    Delivery callbacks(String pipeline) {
        return callbacks.computeIfAbsent(
                pipeline, name -> new Delivery("a callback of pipeline '" + name + "'", capacity));
    }

    void close(Duration grace) {
        long deadline = System.nanoTime() + SystemTime.nanos(grace);
        callbacks.values().forEach(delivery -> delivery.close(deadline));
        queued.values().forEach(delivery -> delivery.close(deadline));
    }
}
