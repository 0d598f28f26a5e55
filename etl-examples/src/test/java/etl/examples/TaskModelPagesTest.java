package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.TaskSkippedException;
import etl.core.TaskState;
import etl.core.TriggerRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code of docs/rules.md, docs/mapping.md and docs/limits.md. */
class TaskModelPagesTest {
    private enum Format {
        CSV,
        JSON
    }

    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    private List<String> newFiles(String folder) {
        return folder.equals("empty") ? List.of() : List.of("a", "b", "c");
    }

    private int load(String what) {
        done.add(what);
        return 1;
    }

    @Test
    void branches_are_chosen_and_joined() {
        PipelineBuilder orders = Pipeline.named("orders");
        Parameter<Format> format = orders.parameter("format", Format.class).required();
        // snippet
        TaskRef<Format> detect = orders.task("detect", Format.class).run(ctx -> ctx.get(format));
        TaskRef<Integer> csv =
                orders.task("load-csv", Integer.class).when(detect, Format.CSV).run(ctx -> load("csv"));
        TaskRef<Integer> json = orders.task("load-json", Integer.class)
                .when(detect, Format.JSON)
                .run(ctx -> load("json"));
        TaskRef<Integer> rows = orders.task("rows", Integer.class)
                .triggerRule(TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
                .after(csv, json)
                .run(ctx -> ctx.output(csv).orElse(0) + ctx.output(json).orElse(0));
        // end

        try (Etl etl = Etl.inMemory()) {
            RunReport run = etl.run(orders.build(), Arguments.of(format, Format.JSON));

            assertThat(run.output(rows)).isEqualTo(1);
            assertThat(run.task(csv).state()).isEqualTo(TaskState.SKIPPED);
            assertThat(done).containsExactly("json");
        }
    }

    @Test
    void a_task_skips_itself_and_a_teardown_cleans_up() {
        PipelineBuilder orders = Pipeline.named("orders");
        // snippet
        TaskRef<List<String>> files = orders.task("files", new GenericType<List<String>>() {})
                .run(ctx -> {
                    List<String> found = newFiles("empty");
                    if (found.isEmpty()) {
                        throw new TaskSkippedException("no new files");
                    }
                    return found;
                });
        // end
        // snippet
        TaskRef<String> staging = orders.task("create-staging", String.class).run(ctx -> "staging_1");
        TaskRef<Integer> copy = orders.task("copy", Integer.class).from(staging).run((ctx, table) -> load(table));
        orders.task("drop-staging")
                .teardownOf(staging)
                .after(copy)
                .from(staging)
                .run((ctx, table) -> load("drop " + table));
        orders.task("report").runsFinally().run(ctx -> load("report"));
        orders.deadline(Duration.ofHours(2));
        // end

        try (Etl etl = Etl.inMemory()) {
            RunReport run = etl.run(orders.build());

            assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(run.task(files).state()).isEqualTo(TaskState.SKIPPED);
            assertThat(done).containsExactly("staging_1", "drop staging_1", "report");
        }
    }

    @Test
    void a_task_is_mapped_over_a_list() {
        PipelineBuilder orders = Pipeline.named("orders");
        // snippet
        TaskRef<List<String>> files =
                orders.task("files", new GenericType<List<String>>() {}).run(ctx -> newFiles("inbox"));
        TaskRef<List<Integer>> loaded = orders.task("load", Integer.class)
                .retry(RetryPolicy.attempts(3))
                .mapOver(files)
                .atOnce(8)
                .run((ctx, file) -> load(file));
        TaskRef<Integer> total = orders.task("total", Integer.class)
                .from(loaded)
                .run((ctx, counts) ->
                        counts.stream().mapToInt(Integer::intValue).sum());
        // end

        try (Etl etl = Etl.inMemory()) {
            RunReport run = etl.run(orders.build());

            assertThat(run.output(total)).isEqualTo(3);
            assertThat(run.elements(loaded)).hasSize(3);
        }
    }

    @Test
    void pools_and_priorities_share_what_is_scarce() {
        PipelineBuilder orders = Pipeline.named("orders");
        // snippet
        orders.task("export").pool("warehouse").priority(5).run(ctx -> load("export"));
        orders.task("vacuum").pool("warehouse", 2).run(ctx -> load("vacuum"));
        orders.task("rates").pool("rates-api").run(ctx -> load("rates"));

        try (Etl etl = Etl.builder()
                .parallelism(16)
                .pool("warehouse", 2)
                .pool("rates-api", 4, 10, Duration.ofSeconds(1))
                .build()) {
            etl.run(orders.build()).orThrow();
        }
        // end

        assertThat(done).containsExactlyInAnyOrder("export", "vacuum", "rates");
    }
}
