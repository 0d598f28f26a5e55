package etl.engines.cli;

import etl.engines.Engine;
import java.util.List;
import java.util.ServiceLoader;

/** The engines on the class path. */
final class Engines {
    private Engines() {}

    static Engine find(String name) {
        List<Engine> all = ServiceLoader.load(Engine.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return all.stream()
                .filter(engine -> engine.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no engine '" + name + "'; known: local, "
                        + String.join(", ", all.stream().map(Engine::name).toList())));
    }
}
