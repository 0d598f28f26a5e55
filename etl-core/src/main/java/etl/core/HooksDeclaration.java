package etl.core;

import etl.core.spi.RunListener.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** The hooks of one pipeline or task while it is being declared. */
final class HooksDeclaration {
    private final Map<Hooks.Point, List<Consumer<Event>>> callbacks = new EnumMap<>(Hooks.Point.class);
    private Optional<Duration> sla = Optional.empty();

    void sla(Duration time) {
        sla = Optional.of(Checks.positive(time, "sla"));
    }

    <E extends Event> void add(Hooks.Point point, Class<E> kind, Consumer<? super E> callback) {
        Objects.requireNonNull(callback, "callback");
        callbacks.computeIfAbsent(point, any -> new ArrayList<>()).add(event -> callback.accept(kind.cast(event)));
    }

    boolean misses(Hooks.Point point) {
        return !callbacks.containsKey(point);
    }

    boolean hasSla() {
        return sla.isPresent();
    }

    Hooks build() {
        return new Hooks(sla, callbacks);
    }
}
