package etl.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.Cache;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunHandle;
import etl.core.RunState;
import etl.core.RunStoppedException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static Pipeline orders() {
        PipelineBuilder pipeline = Pipeline.named("orders");
        pipeline.task("load").run(ctx -> {
            ctx.rowsRead(10);
            ctx.rowsWritten(8);
            ctx.rowsRejected(2);
        });
        pipeline.task("flaky").retry(RetryPolicy.attempts(3)).run(ctx -> {
            if (ctx.attempt() < 3) {
                throw new IllegalStateException("not yet");
            }
        });
        pipeline.task("bad").run(ctx -> {
            throw new IOException("never");
        });
        pipeline.task("below").after("bad").run(ctx -> {});
        return pipeline.build();
    }

    private static void run(Metrics metrics) {
        try (Etl etl = Etl.builder().listener(metrics.listener()).build()) {
            assertThat(etl.run(orders()).state()).isEqualTo(RunState.FAILED);
        }
    }

    private static HttpResponse<String> get(Metrics metrics, String path, String method) throws Exception {
        URI uri = URI.create("http://localhost:" + metrics.port().orElseThrow() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void look_ups_of_cached_outputs_are_counted() throws Exception {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("cached", Integer.class).cache(Cache.version("1")).run(ctx -> 1);
        builder.task("plain", Integer.class).run(ctx -> 1);
        Pipeline pipeline = builder.build();
        try (Metrics metrics = Metrics.open(Map.of("METRICS_PORT", "0"));
                Etl etl = Etl.builder().listener(metrics.listener()).build()) {
            for (int i = 0; i < 3; i++) {
                etl.run(pipeline).orThrow();
            }

            assertThat(get(metrics, "/metrics", "GET").body().lines())
                    .contains(
                            "task_cache_total{pipeline=\"orders\",result=\"hit\",task=\"cached\"} 2.0",
                            "task_cache_total{pipeline=\"orders\",result=\"miss\",task=\"cached\"} 1.0",
                            "task_runs_total{pipeline=\"orders\",state=\"SUCCEEDED\",task=\"cached\"} 3.0",
                            "task_duration_seconds_count{pipeline=\"orders\",state=\"SUCCEEDED\",task=\"cached\"} 1")
                    .noneMatch(line -> line.startsWith("task_cache_total") && line.contains("plain"));
        }
    }

    @Test
    void what_is_active_is_counted_over_all_orchestrators_of_a_registry() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        CountDownLatch bothRun = new CountDownLatch(2);
        CountDownLatch seen = new CountDownLatch(1);
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("load").run(ctx -> {
            bothRun.countDown();
            seen.await();
        });
        Pipeline pipeline = builder.build();
        for (int former = 0; former < 2; former++) {
            try (Etl etl =
                    Etl.builder().listener(MicrometerListener.of(registry)).build()) {
                etl.run(orders());
            }
        }
        System.gc(); // A registry that held its gauges weakly would forget them now.

        try (Etl one = Etl.builder().listener(MicrometerListener.of(registry)).build();
                Etl other =
                        Etl.builder().listener(MicrometerListener.of(registry)).build()) {
            List<RunHandle> runs =
                    List.of(one.submit(pipeline, Arguments.none()), other.submit(pipeline, Arguments.none()));
            bothRun.await();

            assertThat(registry.get("pipeline.runs.active").gauge().value()).isEqualTo(2);
            assertThat(registry.get("task.runs.active").gauge().value()).isEqualTo(2);
            seen.countDown();
            for (RunHandle run : runs) {
                run.await().orThrow();
            }
        }
        assertThat(registry.get("pipeline.runs.active").gauge().value()).isZero();
        assertThat(registry.get("task.runs.active").gauge().value()).isZero();
    }

    @Test
    void a_run_that_is_stopped_is_not_active_any_more() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        CountDownLatch begun = new CountDownLatch(1);
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("load").run(ctx -> {
            begun.countDown();
            new CountDownLatch(1).await();
        });
        Etl etl = Etl.builder().listener(MicrometerListener.of(registry)).build();
        RunHandle run = etl.submit(builder.build(), Arguments.none());
        begun.await();
        etl.close();

        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
        assertThat(registry.get("pipeline.runs.active").gauge().value()).isZero();
        assertThat(registry.get("task.runs.active").gauge().value()).isZero();
    }

    @Test
    void gauges_of_a_registry_that_was_emptied_are_there_again() {
        MeterRegistry registry = new SimpleMeterRegistry();
        for (int round = 0; round < 2; round++) {
            try (Etl etl =
                    Etl.builder().listener(MicrometerListener.of(registry)).build()) {
                etl.run(orders());
            }
            assertThat(registry.get("pipeline.runs.active").gauge().value()).isZero();
            registry.clear();
        }
    }

    @Test
    void a_scrape_shows_the_documented_names_and_the_right_values() throws Exception {
        try (Metrics metrics = Metrics.open(Map.of("METRICS_PORT", "0"))) {
            run(metrics);

            HttpResponse<String> scrape = get(metrics, "/metrics", "GET");

            assertThat(scrape.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/plain");
            assertThat(scrape.body().lines())
                    .contains(
                            "pipeline_runs_total{pipeline=\"orders\",state=\"FAILED\"} 1.0",
                            "pipeline_runs_total{pipeline=\"orders\",state=\"SUCCEEDED\"} 0.0",
                            "pipeline_errors_total{error=\"TaskTimeoutException\",pipeline=\"orders\"} 0.0",
                            "pipeline_errors_total{error=\"IllegalStateException\",pipeline=\"orders\"} 2.0",
                            "pipeline_errors_total{error=\"IOException\",pipeline=\"orders\"} 1.0",
                            "task_retries_total{pipeline=\"orders\",task=\"flaky\"} 2.0",
                            "task_runs_total{pipeline=\"orders\",state=\"SUCCEEDED\",task=\"flaky\"} 1.0",
                            "task_runs_total{pipeline=\"orders\",state=\"UPSTREAM_FAILED\",task=\"below\"} 1.0",
                            "rows_total{kind=\"rejected\",pipeline=\"orders\",task=\"load\"} 2.0",
                            "task_duration_seconds_count{pipeline=\"orders\",state=\"SUCCEEDED\",task=\"load\"} 1",
                            "pipeline_run_duration_seconds_count{pipeline=\"orders\",state=\"FAILED\"} 1",
                            "pipeline_runs_active{pipeline=\"orders\"} 0.0",
                            "task_runs_active{pipeline=\"orders\"} 0.0");
            assertThat(scrape.body()).contains("task_duration_seconds_bucket{").contains("le=\"+Inf\"");
        }
    }

    @Test
    void the_endpoint_serves_nothing_else() throws Exception {
        try (Metrics metrics = Metrics.open(Map.of("METRICS_PORT", "0"))) {
            assertThat(get(metrics, "/", "GET").body()).contains("/metrics");
            assertThat(get(metrics, "/etc/passwd", "GET").statusCode()).isEqualTo(404);
            assertThat(get(metrics, "/metrics", "POST").statusCode()).isEqualTo(405);
            assertThat(get(metrics, "/metrics", "HEAD").body()).isEmpty();
        }
    }

    @Test
    void a_port_that_is_taken_leaves_the_run_alone() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Metrics metrics = Metrics.open(Map.of("METRICS_PORT", String.valueOf(taken.getLocalPort())))) {
            run(metrics);

            assertThat(metrics.port()).isEmpty();
        }
    }

    @Test
    void an_unknown_statsd_host_leaves_the_run_alone() {
        try (Metrics metrics = Metrics.openWithoutEndpoint(Map.of("STATSD_HOST", "no-such-host.invalid"))) {
            run(metrics);
        }
    }

    @Test
    void statsd_lines_arrive_even_from_a_process_that_ends_at_once() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getByName("localhost"))) {
            try (Metrics metrics =
                    Metrics.openWithoutEndpoint(Map.of("STATSD_PORT", String.valueOf(server.getLocalPort())))) {
                run(metrics);
            }

            assertThat(received(server))
                    .contains("pipelineRuns.pipeline.orders.state.FAILED.statistic.count:1|c")
                    .contains("taskRetries.pipeline.orders.statistic.count.task.flaky:1|c")
                    .anySatisfy(line -> assertThat(line)
                            .startsWith("taskDuration.pipeline.orders.state.SUCCEEDED.task.load:")
                            .endsWith("|ms"));
        }
    }

    private static List<String> received(DatagramSocket server) throws IOException {
        server.setSoTimeout(500);
        List<String> lines = new ArrayList<>();
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
                server.receive(packet);
                lines.add(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
            }
        } catch (SocketTimeoutException allThere) {
            return lines;
        }
    }

    @Test
    void a_malformed_port_is_refused_by_name() {
        assertThatThrownBy(() -> Metrics.open(Map.of("METRICS_PORT", "80000")))
                .hasMessage("METRICS_PORT is '80000'; expected a port number from 0 to 65535");
        assertThatThrownBy(() -> Metrics.open(Map.of("STATSD_PORT", "abc"))).hasMessageContaining("STATSD_PORT");
    }
}
