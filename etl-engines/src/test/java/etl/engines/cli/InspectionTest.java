package etl.engines.cli;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.spi.RunListener;
import etl.engines.cli.Application.Result;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that look at a pipeline without running it. */
class InspectionTest {
    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final AtomicInteger executed = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();

    private final class Host extends Application {
        Host() {
            super(store);
        }

        @Override
        public List<Pipeline> pipelines() {
            PipelineBuilder orders = Pipeline.named("orders");
            var size = orders.parameter("size", Integer.class).atLeast(1).optional(1);
            var load = orders.task("load", Integer.class)
                    .describedAs("reads \"all\" orders")
                    .run(ctx -> executed.addAndGet(ctx.get(size)));
            orders.task("report").from(load).run((ctx, rows) -> {});
            PipelineBuilder limited = Pipeline.named("limited").deadline(Duration.ofHours(1));
            limited.task("only").run(ctx -> {});
            return List.of(orders.build(), limited.build());
        }

        @Override
        public Etl open(Purpose purpose, List<RunListener> listeners) {
            opened.incrementAndGet();
            return Etl.builder().store(store).parallelism(3).build();
        }
    }

    private Result execute(String... arguments) {
        return new Host().execute(arguments);
    }

    @Test
    void a_graph_is_mermaid_unless_told_otherwise_and_needs_no_store() {
        assertThat(execute("graph").out())
                .startsWith("---\ntitle: \"orders\"\n---\nflowchart LR\n")
                .contains("n0 --> n1\n");
        assertThat(execute("graph", "orders", "--format", "dot").out())
                .startsWith("digraph \"orders\" {")
                .contains("n0 [label=\"load\\nreads \\\"all\\\" orders\"]");
        assertThat(opened).hasValue(0);
    }

    @Test
    void a_graph_as_json_is_read_by_another_parser() {
        JsonNode graph = JsonMapper.shared()
                .readTree(execute("graph", "--format", "JSON").out());

        assertThat(graph.get("tasks").get(0).get("description").asString()).isEqualTo("reads \"all\" orders");
        assertThat(graph.get("tasks").get(1).get("upstream").get(0).asString()).isEqualTo("load");
        assertThat(graph.get("parameters").get(0).get("constraints").asString()).isEqualTo("at least 1");
    }

    @Test
    void an_unknown_format_or_pipeline_is_told_with_the_known_ones() {
        assertThat(execute("graph", "--format", "png"))
                .returns(2, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("png").contains("MERMAID, DOT, JSON"));
        assertThat(execute("graph", "none").err())
                .isEqualTo("error: there is no pipeline 'none'; known: orders, limited\n");
    }

    @Test
    void a_dry_run_plans_and_executes_nothing() {
        Result result = execute("run", "--dry-run", "-p", "size=5");

        assertThat(result.code()).isZero();
        assertThat(result.out()).isEqualTo("""
                        plan of pipeline orders: 2 tasks in 2 waves
                        wave 1: load
                        wave 2: report
                        critical path: load -> report
                        estimated time: unknown, no task has succeeded in a former run
                        """);
        assertThat(executed).hasValue(0);
        assertThat(store.recent(10)).isEmpty();
    }

    @Test
    void a_dry_run_estimates_from_former_runs() {
        assertThat(execute("run").code()).isZero();
        JsonNode plan = JsonMapper.shared()
                .readTree(execute("run", "--dry-run", "--json").out());

        assertThat(plan.get("formerRuns").asInt()).isEqualTo(1);
        assertThat(plan.get("parallelism").asInt()).isEqualTo(3);
        assertThat(plan.get("durations").has("load")).isTrue();
        assertThat(plan.get("estimatedSeconds").isNumber()).isTrue();
        assertThat(execute("run", "--dry-run").out()).contains("(medians of 1 former run)");
        assertThat(store.recent(10)).hasSize(1);
    }

    @Test
    void a_dry_run_refuses_what_a_run_would_refuse() {
        assertThat(execute("run", "--dry-run", "-p", "size=0"))
                .returns(1, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("'size' must be at least 1"));
        assertThat(execute("run", "limited", "--dry-run").code()).isZero();
        assertThat(execute("run", "limited", "--dry-run", "--engine", "luigi"))
                .returns(1, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("cannot be exported yet: it has a deadline"));
    }

    @Test
    void options_that_do_not_go_together_are_refused() {
        assertThat(execute("run", "--json"))
                .returns(2, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("add --dry-run"));
        assertThat(execute("run", "--dry-run", "--serve").code()).isEqualTo(2);
        assertThat(executed).hasValue(0);
    }

    @Test
    void the_help_says_what_both_do() {
        assertThat(execute("--help").out()).contains("graph").contains("Print the graph of a pipeline");
        assertThat(execute("graph", "--help").out()).contains("mermaid (for Markdown), dot (for Graphviz)");
        assertThat(execute("run", "--help").out()).contains("--dry-run").contains("Nothing is");
    }
}
