package etl.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class WebhookNotifierTest {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(Notifier.class);

    private final List<JsonNode> received = new CopyOnWriteArrayList<>();
    private final Queue<Integer> answers = new ArrayDeque<>();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final PipelineBuilder pipeline = Pipeline.named("orders");
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/services", this::answer);
        server.createContext("/elsewhere", this::answer);
        server.start();
        logged.start();
        LOG.setLevel(Level.WARN);
        LOG.addAppender(logged);
    }

    @AfterEach
    void close() {
        LOG.detachAppender(logged);
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        received.add(
                JsonMapper.builder().build().readTree(exchange.getRequestBody().readAllBytes()));
        Integer status = answers.poll();
        exchange.getResponseHeaders().add("Location", "/elsewhere");
        exchange.sendResponseHeaders(status == null ? 200 : status, -1);
        exchange.close();
    }

    private WebhookNotifier.Builder webhook() {
        return WebhookNotifier.to("http://localhost:" + server.getAddress().getPort() + "/services/T0/sEcReT")
                .attempts(3, Duration.ofMillis(1));
    }

    private void run(WebhookNotifier.Builder webhook) {
        try (Etl etl = Etl.builder().listener(webhook.build()).build()) {
            etl.run(pipeline.build());
        }
    }

    private void failing(String message) {
        pipeline.task("load").run(ctx -> {
            throw new IllegalStateException(message);
        });
    }

    @Test
    void a_failed_run_is_posted_with_its_error_escaped() {
        failing("<!channel> & \"quoted\" \\ \u0007 \ud83d\ude80\nline two");

        run(webhook());

        assertThat(received).hasSize(1);
        assertThat(received.get(0).propertyNames()).containsExactly("text");
        assertThat(received.get(0).get("text").asString())
                .startsWith("pipeline orders: run FAILED after ")
                .endsWith(
                        "java.lang.IllegalStateException: &lt;!channel&gt; &amp; \"quoted\" \\ \u0007 \ud83d\ude80\nline two");
    }

    @Test
    void a_run_that_succeeds_is_not_posted_unless_asked_for() {
        pipeline.task("load").run(ctx -> {});

        run(webhook());
        assertThat(received).isEmpty();

        run(webhook().on(Occasion.RUN_SUCCEEDED));
        assertThat(received).hasSize(1);
    }

    @Test
    void a_failed_task_is_posted_when_asked_for() {
        failing("no file");

        run(webhook().on(Occasion.TASK_FAILED));

        assertThat(received.get(0).get("text").asString())
                .startsWith("pipeline orders: task load FAILED in attempt 1\nrun ")
                .endsWith("no file");
    }

    @Test
    void a_server_that_fails_is_asked_again() {
        answers.addAll(List.of(503, 429));
        failing("x");

        run(webhook());

        assertThat(received).hasSize(3);
        assertThat(logged.list).noneMatch(line -> line.getFormattedMessage().contains("not sent"));
    }

    @Test
    void attempts_are_bounded_and_the_address_is_not_logged() {
        answers.addAll(List.of(500, 500, 500, 500));
        failing("x");

        run(webhook());

        assertThat(received).hasSize(3);
        assertThat(lines()).anyMatch(line -> line.contains("not sent in 3 attempts (HTTP status 500)"));
        assertThat(lines()).noneMatch(line -> line.contains("sEcReT"));
    }

    @Test
    void a_refusal_is_final() {
        answers.add(404);
        failing("x");

        run(webhook());

        assertThat(received).hasSize(1);
    }

    @Test
    void a_redirect_is_not_followed() {
        answers.add(307);
        failing("x");

        run(webhook());

        assertThat(received).hasSize(1);
    }

    @Test
    void a_server_that_does_not_answer_is_given_up() throws IOException {
        failing("x");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            run(WebhookNotifier.to("http://localhost:" + silent.getLocalPort() + "/services/sEcReT")
                    .timeout(Duration.ofMillis(50))
                    .attempts(2, Duration.ofMillis(1)));
        }

        assertThat(lines())
                .anyMatch(line -> line.contains("not sent in 2 attempts (java.net.http.HttpTimeoutException"));
        assertThat(lines()).noneMatch(line -> line.contains("sEcReT"));
    }

    @Test
    void nobody_waits_for_the_end_of_an_answer() throws Exception {
        failing("x");
        try (ServerSocket stalling = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Socket> answered = CompletableFuture.supplyAsync(() -> beginAnswer(stalling));
            run(WebhookNotifier.to("http://localhost:" + stalling.getLocalPort() + "/services/T0/sEcReT")
                    .attempts(1, Duration.ofMillis(1)));
            answered.get().close();
        }

        assertThat(lines()).isEmpty();
    }

    private static Socket beginAnswer(ServerSocket server) {
        try {
            Socket socket = server.accept();
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
            return socket;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void a_malformed_address_is_refused_without_showing_it() {
        for (String address : List.of("ftp://host/sEcReT", "sEcReT", "https:///sEcReT", "https://h/ sEcReT")) {
            assertThatThrownBy(() -> WebhookNotifier.to(address))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the webhook's address is not an http or https URL")
                    .hasNoCause();
        }
        assertThat(webhook().build()).hasToString("webhook at localhost");
    }

    private List<String> lines() {
        return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
