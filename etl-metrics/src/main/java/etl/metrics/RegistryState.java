package etl.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all listeners of one registry have in common, be it at once or one after another: a registry keeps the first gauge of a
 * name, and bounds hold for all that it shows. Kept as long as the registry is. Safe for use by many threads.
 */
final class RegistryState {
    private static final int ERRORS_PER_PIPELINE = 100;
    private static final Map<MeterRegistry, RegistryState> STATES = new WeakHashMap<>();

    private final Map<Active, AtomicInteger> gauges = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> errors = new ConcurrentHashMap<>();

    /** What is active now of one pipeline. */
    private record Active(String name, String pipeline) {}

    private RegistryState() {}

    static RegistryState of(MeterRegistry registry) {
        synchronized (STATES) {
            return STATES.computeIfAbsent(registry, any -> new RegistryState());
        }
    }

    /** The value of a gauge of the registry to which this belongs, which shows it from now on if it does not yet. */
    synchronized AtomicInteger gauge(MeterRegistry registry, String name, String pipeline) {
        AtomicInteger value = gauges.computeIfAbsent(new Active(name, pipeline), any -> new AtomicInteger());
        if (registry.find(name).tag("pipeline", pipeline).gauge() == null) {
            Gauge.builder(name, value, AtomicInteger::get)
                    .tag("pipeline", pipeline)
                    .strongReference(true)
                    .register(registry);
        }
        return value;
    }

    /** Whether the name of an error is one of the first hundred of its pipeline. */
    boolean hasRoomForError(String pipeline, String name) {
        Set<String> known = errors.computeIfAbsent(pipeline, any -> ConcurrentHashMap.newKeySet());
        return known.contains(name) || (known.size() < ERRORS_PER_PIPELINE && known.add(name));
    }
}
