package etl.metrics;

import etl.core.spi.RunListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Metrics as the environment configures them: an endpoint for Prometheus on {@code METRICS_PORT} (default 8000) and lines
 * to StatsD at {@code STATSD_HOST}:{@code STATSD_PORT} (default localhost:8125). What cannot be opened is left out with
 * one warning. Safe for use by many threads.
 */
public final class Metrics implements AutoCloseable {
    private final CompositeMeterRegistry registry = new CompositeMeterRegistry();
    private final RunListener listener = MicrometerListener.of(registry);
    private final Optional<PrometheusEndpoint> endpoint;
    private final Optional<StatsdLines> statsd;

    private Metrics(Optional<Integer> endpointPort, String statsdHost, int statsdPort) {
        this.endpoint = endpointPort.flatMap(this::serve);
        this.statsd = StatsdLines.open(statsdHost, statsdPort);
        statsd.ifPresent(lines -> registry.add(lines.registry()));
    }

    private Optional<PrometheusEndpoint> serve(int port) {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(prometheus);
        registry.add(prometheus);
        return PrometheusEndpoint.open(prometheus, port);
    }

    /**
     * Opens the endpoint and StatsD.
     *
     * @param environment {@code System.getenv()}, or what stands for it
     * @return the metrics, which the caller closes
     * @throws IllegalArgumentException if a port is no number from 0 to 65535; the message names the variable
     */
    public static Metrics open(Map<String, String> environment) {
        return new Metrics(
                Optional.of(port(environment, "METRICS_PORT", 8000)),
                host(environment),
                port(environment, "STATSD_PORT", 8125));
    }

    /**
     * Opens StatsD only: for short processes that nobody could scrape.
     *
     * @param environment {@code System.getenv()}, or what stands for it
     * @return the metrics, which the caller closes
     * @throws IllegalArgumentException if a port is no number from 0 to 65535; the message names the variable
     */
    public static Metrics openWithoutEndpoint(Map<String, String> environment) {
        return new Metrics(Optional.empty(), host(environment), port(environment, "STATSD_PORT", 8125));
    }

    private static String host(Map<String, String> environment) {
        String host = environment.getOrDefault("STATSD_HOST", "");
        return host.isBlank() ? "localhost" : host.trim();
    }

    private static int port(Map<String, String> environment, String name, int byDefault) {
        String text = environment.getOrDefault(name, "").trim();
        if (text.isEmpty()) {
            return byDefault;
        }
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException notNumber) {
            throw malformed(name, text, notNumber);
        }
        throw malformed(name, text, null);
    }

    private static IllegalArgumentException malformed(String name, String text, @Nullable Throwable cause) {
        return new IllegalArgumentException(name + " is '" + text + "'; expected a port number from 0 to 65535", cause);
    }

    /**
     * Feeds the metrics; give it to {@code Etl.builder().listener(...)}.
     *
     * @return the listener
     */
    public RunListener listener() {
        return listener;
    }

    /**
     * The registry behind, for metrics of the application's own.
     *
     * @return the registry
     */
    public MeterRegistry registry() {
        return registry;
    }

    /**
     * Where the endpoint listens.
     *
     * @return the TCP port, or empty if there is no endpoint
     */
    public Optional<Integer> port() {
        return endpoint.map(PrometheusEndpoint::port);
    }

    @Override
    public void close() {
        endpoint.ifPresent(PrometheusEndpoint::close);
        registry.close();
        statsd.ifPresent(StatsdLines::close);
    }
}
