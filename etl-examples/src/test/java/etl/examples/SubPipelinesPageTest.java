package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Inclusion;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.TaskRef;
import etl.core.TaskReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code of docs/sub-pipelines.md. */
class SubPipelinesPageTest {
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    private int load(String what) {
        done.add(what);
        return 1;
    }

    // snippet
    record Cleaning(Pipeline pipeline, Parameter<List<String>> rows, Parameter<Integer> limit, TaskRef<Long> kept) {
        static Cleaning declare() {
            PipelineBuilder cleaning = Pipeline.named("cleaning");
            Parameter<List<String>> rows = cleaning.parameter("rows", new GenericType<List<String>>() {})
                    .required();
            Parameter<Integer> limit =
                    cleaning.parameter("limit", Integer.class).atLeast(1).optional(100);
            TaskRef<List<String>> valid = cleaning.task("validate", new GenericType<List<String>>() {})
                    .run(ctx ->
                            ctx.get(rows).stream().filter(row -> !row.isBlank()).toList());
            TaskRef<Long> kept = cleaning.task("keep", Long.class)
                    .from(valid)
                    .run((ctx, found) -> found.stream().limit(ctx.get(limit)).count());
            return new Cleaning(cleaning.build(), rows, limit, kept);
        }
    }
    // end

    @Test
    void groups_are_names() {
        PipelineBuilder orders = Pipeline.named("orders");
        // snippet
        orders.task("eu").group("load").run(ctx -> load("eu"));
        orders.task("us-east").group("load/us").run(ctx -> load("us-east"));
        orders.task("us-west").group("load/us").run(ctx -> load("us-west"));

        try (Etl etl = Etl.inMemory()) {
            RunReport run = etl.run(orders.build());
            List<TaskReport> us = run.group("load/us");
            // end
            assertThat(us).extracting(TaskReport::id).containsExactly("us-east", "us-west");
            assertThat(run.group("load")).hasSize(3);
        }
    }

    @Test
    void a_pipeline_is_a_part_of_another_one() {
        PipelineBuilder orders = Pipeline.named("orders");
        // snippet
        Cleaning cleaning = Cleaning.declare();
        Parameter<Integer> most = orders.parameter("most", Integer.class).optional(10);
        TaskRef<List<String>> extract =
                orders.task("extract", new GenericType<List<String>>() {}).run(ctx -> List.of("a", " ", "b"));

        Inclusion eu = orders.include("eu", cleaning.pipeline())
                .with(cleaning.rows(), extract)
                .with(cleaning.limit(), most);
        Inclusion us = orders.include("us", cleaning.pipeline())
                .with(cleaning.rows(), List.of("c", "d"))
                .with(cleaning.limit(), 1)
                .after(eu);

        TaskRef<Long> total = orders.task("total", Long.class)
                .from(eu.output(cleaning.kept()), us.output(cleaning.kept()))
                .run((ctx, here, there) -> here + there);
        orders.task("publish").after(eu, us).run(ctx -> load("publish"));
        // end

        try (Etl etl = Etl.inMemory()) {
            RunReport run = etl.run(orders.build()).orThrow();

            assertThat(run.output(total)).isEqualTo(3);
            assertThat(run.tasks())
                    .extracting(TaskReport::id)
                    .containsExactly(
                            "extract",
                            "eu--validate",
                            "eu--keep",
                            "eu",
                            "us--validate",
                            "us--keep",
                            "us",
                            "total",
                            "publish");
            RunReport alone = etl.run(cleaning.pipeline(), Arguments.of(cleaning.rows(), List.of("x")));
            assertThat(alone.output(cleaning.kept())).isEqualTo(1);
        }
        assertThat(done).containsExactly("publish");
    }
}
