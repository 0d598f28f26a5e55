package etl.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics} over HTTP on the loopback address, read-only, with daemon threads. Safe for use by many
 * threads.
 */
public final class PrometheusEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrometheusEndpoint.class);
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads;

    private PrometheusEndpoint(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Opens the endpoint. If the port cannot be opened, that is logged as one warning and the application goes on without.
     *
     * @param registry what is served
     * @param port the TCP port, 0 for any that is free
     * @return the endpoint, or empty if the port is taken or not allowed
     */
    public static Optional<PrometheusEndpoint> open(PrometheusMeterRegistry registry, int port) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            ExecutorService threads = Executors.newFixedThreadPool(2, action -> {
                Thread thread = new Thread(action, "etl-metrics");
                thread.setDaemon(true);
                return thread;
            });
            server.setExecutor(threads);
            server.createContext("/", exchange -> answer(exchange, registry));
            server.start();
            return Optional.of(new PrometheusEndpoint(server, threads));
        } catch (IOException notOpened) {
            LOG.warn(
                    "metrics are not served: port {} cannot be opened ({}); free it or set METRICS_PORT to another port",
                    port,
                    notOpened.getMessage());
            return Optional.empty();
        }
    }

    private static void answer(HttpExchange exchange, PrometheusMeterRegistry registry) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (!head && !exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, 405, "text/plain; charset=utf-8", "use GET\n", head);
            } else if (path.equals("/metrics")) {
                send(exchange, 200, TEXT_FORMAT, registry.scrape(), head);
            } else if (path.equals("/")) {
                send(exchange, 200, "text/plain; charset=utf-8", "metrics are at /metrics\n", head);
            } else {
                send(exchange, 404, "text/plain; charset=utf-8", "not found; metrics are at /metrics\n", head);
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String body, boolean head)
            throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    /**
     * Where the endpoint listens.
     *
     * @return the TCP port
     */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
