package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.PipelineGraph;
import etl.core.RetryPolicy;
import etl.core.RunPlan;
import etl.core.TaskDurations;
import etl.core.TaskRef;
import etl.core.TaskView;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The code and the pictures of docs/inspection.md. */
class InspectionPageTest {
    private static Pipeline orders() {
        PipelineBuilder orders = Pipeline.named("orders").describedAs("Orders of a day");
        TaskRef<Integer> eu = orders.task("eu", Integer.class)
                .group("load")
                .retry(RetryPolicy.attempts(3))
                .run(ctx -> 1);
        TaskRef<Integer> us =
                orders.task("us", Integer.class).group("load").pool("warehouse").run(ctx -> 2);
        TaskRef<Integer> total =
                orders.task("total", Integer.class).from(eu, us).run((ctx, here, there) -> here + there);
        orders.task("publish").after(total).run(ctx -> {});
        return orders.build();
    }

    @Test
    void a_pipeline_is_data() {
        Pipeline pipeline = orders();
        // snippet
        for (TaskView task : pipeline.tasksInOrder()) {
            System.out.println(task.id() + " after " + task.upstream() + ", " + task.retry());
        }
        // end
        assertThat(pipeline.downstream("total")).containsExactly("publish");
    }

    @Test
    void a_pipeline_is_drawn() {
        Pipeline pipeline = orders();
        // snippet
        String mermaid = PipelineGraph.of(pipeline).toMermaid();
        String dot = PipelineGraph.of(pipeline).toDot();
        String json = PipelineGraph.of(pipeline).toJson();
        // end
        assertThat(mermaid.strip()).isEqualTo(block("mermaid"));
        assertThat(dot).contains("subgraph cluster_g0 {");
        assertThat(json).contains("\"id\":\"eu\",\"group\":\"load\"");
    }

    @Test
    void a_run_is_planned() {
        Pipeline pipeline = orders();
        // snippet
        try (Etl etl = Etl.builder().pool("warehouse", 2).build()) {
            RunPlan plan = etl.plan(pipeline, Arguments.none());
            System.out.print(plan.toText());
            Optional<Duration> time = plan.estimatedTime();
            // end
            assertThat(time).isEmpty();
        }
        TaskDurations durations = TaskDurations.of(
                Map.of("eu", Duration.ofMinutes(4), "us", Duration.ofMinutes(10), "total", Duration.ofSeconds(30)));
        assertThat(RunPlan.of(pipeline, durations).withParallelism(2).toText().strip())
                .isEqualTo(block("text"));
    }

    private static String block(String language) {
        return DocumentationTest.block("docs/inspection.md", language);
    }
}
