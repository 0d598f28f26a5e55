package etl.engines.cli;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.GenericType;
import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunId;
import etl.core.Secret;
import etl.core.TaskRef;
import etl.core.TaskSkippedException;
import etl.core.spi.RunListener;
import etl.core.spi.StoredTask;
import etl.engines.cli.Application.Result;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DebugCommandTest {
    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final Pipeline pipeline = pipeline();
    private final RunId run = run();

    private record Order(String id, int cents) {}

    /** What Jackson cannot write. */
    private static final class Odd {
        @SuppressWarnings({"unused", "EffectivelyPrivate", "DoNotCallSuggester"}) // Jackson calls it.
        public String getName() {
            throw new IllegalStateException("no name");
        }

        @Override
        public String toString() {
            return "an odd one";
        }
    }

    private static Pipeline pipeline() {
        PipelineBuilder orders = Pipeline.named("orders");
        var password = orders.parameter("password", Secret.class).optional(Secret.env("PATH"));
        TaskRef<List<Order>> extract = orders.task("extract", new GenericType<List<Order>>() {})
                .run(ctx -> List.of(new Order("\u201ca\u201d", 100), new Order("b", 0)));
        orders.task("load", Integer.class).mapOver(extract).run((ctx, order) -> {
            ctx.rowsRead(1);
            if (order.cents() == 0) {
                throw new IllegalStateException("order '" + order.id() + "' of run " + ctx.runId() + " costs nothing, "
                        + ctx.get(password).reveal());
            }
            return order.cents();
        });
        orders.task("idle").run(ctx -> {
            throw new TaskSkippedException("no new orders");
        });
        orders.task("odd", Odd.class).run(ctx -> new Odd());
        return orders.build();
    }

    private RunId run() {
        try (Etl etl = Etl.builder().store(store).build()) {
            return etl.run(pipeline).id();
        }
    }

    private final class Host extends Application {
        Host() {
            super(store);
        }

        @Override
        public List<Pipeline> pipelines() {
            return List.of(pipeline);
        }

        @Override
        public Etl open(Purpose purpose, List<RunListener> listeners) {
            assertThat(purpose).isEqualTo(Purpose.READ);
            return Etl.builder().store(store).build();
        }
    }

    private Result execute(String... arguments) {
        return new Host().execute(arguments);
    }

    @Test
    void an_output_is_printed_as_json_and_nothing_is_recorded() {
        List<StoredTask> before = store.tasks(run);

        Result result = execute("debug", run.toString(), "load", "--element", "0");
        Result list = execute("debug", run.toString(), "extract");

        assertThat(result.code()).isZero();
        assertThat(result.out().lines())
                .startsWith("task     load", "state    SUCCEEDED")
                .endsWith("rows     read 1, written 0, rejected 0", "output   100");
        assertThat(list.out()).contains("\"cents\" : 100");
        assertThat(store.tasks(run)).isEqualTo(before);
    }

    @Test
    void a_failure_is_shown_with_its_stack_but_without_secrets() {
        Result result = execute("debug", run.toString(), "load", "--element", "1");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).contains("state    FAILED");
        assertThat(result.err())
                .startsWith("java.lang.IllegalStateException: order 'b' of run " + run + " costs nothing, ***")
                .contains("at etl.engines.cli.DebugCommandTest.")
                .doesNotContain(System.getenv("PATH"));
    }

    @Test
    void a_skip_says_why() {
        Result result = execute("debug", run.toString(), "idle");

        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("state    SKIPPED").contains("reason   no new orders");
    }

    @Test
    void the_outcome_as_json() {
        JsonMapper mapper = new JsonMapper();
        JsonNode succeeded = mapper.readTree(
                execute("debug", run.toString(), "extract", "--json").out());
        JsonNode failed = mapper.readTree(execute("debug", run.toString(), "load", "--element=1", "--json")
                .out());
        JsonNode skipped = mapper.readTree(
                execute("debug", run.toString(), "idle", "--json").out());

        assertThat(succeeded.get("output").get(0).get("id").stringValue()).isEqualTo("\u201ca\u201d");
        assertThat(failed.get("state").stringValue()).isEqualTo("FAILED");
        assertThat(failed.get("error").get("type").stringValue()).isEqualTo(IllegalStateException.class.getName());
        assertThat(failed.has("output")).isFalse();
        assertThat(skipped.get("reason").stringValue()).isEqualTo("no new orders");
    }

    @Test
    void what_cannot_be_executed_is_one_clear_line() {
        assertThat(execute("debug", run.toString(), "load").err())
                .isEqualToIgnoringNewLines("error: task 'load' is mapped over a list; choose one element of it");
        assertThat(execute("debug", run.toString(), "load", "--element", "2").err())
                .isEqualToIgnoringNewLines(
                        "error: task 'load' has 2 elements here, and no element 2; the first one is 0");
        assertThat(execute("debug", run.toString(), "lode").err()).contains("has no task 'lode'");
        RunId unknown = RunId.random();
        assertThat(execute("debug", unknown.toString(), "load"))
                .satisfies(result -> assertThat(result.code()).isEqualTo(1))
                .satisfies(result -> assertThat(result.err()).contains("run " + unknown + " is unknown"));
    }

    @Test
    void an_output_that_is_no_json_is_shown_as_text() {
        assertThat(execute("debug", run.toString(), "odd").out())
                .contains("output   cannot be written as JSON: an odd one");
        assertThat(execute("debug", run.toString(), "odd", "--json").out())
                .contains("\"output\" : \"cannot be written as JSON: an odd one\"");
    }
}
