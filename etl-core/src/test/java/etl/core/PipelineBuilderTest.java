package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineBuilderTest {
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    @Test
    void every_fault_is_reported_at_once() {
        TaskRef<String> foreign =
                Pipeline.named("other").task("x", String.class).run(ctx -> "");
        pipeline.task("a").after("b").run(ctx -> {});
        pipeline.task("b").after("c").run(ctx -> {});
        pipeline.task("c").after("a").run(ctx -> {});
        pipeline.task("d").after("nowhere").run(ctx -> {});
        pipeline.task("d").run(ctx -> {});
        pipeline.task("e e'\n\"").run(ctx -> {});
        pipeline.task("f").after(foreign).run(ctx -> {});
        pipeline.task("g").after("g").run(ctx -> {});
        pipeline.parameter("p", String.class).required();
        pipeline.parameter("p", String.class).required();

        assertThatThrownBy(pipeline::build)
                .isInstanceOfSatisfying(
                        PipelineInvalidException.class,
                        invalid -> assertThat(invalid.faults())
                                .hasSize(7)
                                .anySatisfy(fault ->
                                        assertThat(fault).contains("cycle: ").contains("b -> a"))
                                .anySatisfy(fault -> assertThat(fault).contains("cycle: g -> g"))
                                .anySatisfy(fault -> assertThat(fault).contains("unknown task 'nowhere'"))
                                .anySatisfy(fault -> assertThat(fault).contains("task 'd' is declared twice"))
                                .anySatisfy(fault -> assertThat(fault).contains("is not allowed"))
                                .anySatisfy(fault -> assertThat(fault).contains("of another pipeline"))
                                .anySatisfy(fault -> assertThat(fault).contains("parameter 'p' is declared twice")));
    }

    @Test
    void a_pipeline_without_tasks_is_refused() {
        assertThatThrownBy(pipeline::build).hasMessageContaining("there is no task");
    }

    @Test
    void a_cycle_names_its_path_in_the_direction_of_the_data() {
        pipeline.task("load").after("clean").run(ctx -> {});
        pipeline.task("clean").after("load").run(ctx -> {});

        assertThatThrownBy(pipeline::build).hasMessageContaining("load -> clean -> load");
    }

    @Test
    void a_long_cycle_is_found_without_recursion() {
        int size = 200_000;
        for (int i = 0; i < size; i++) {
            pipeline.task("t" + i).after("t" + (i + 1) % size).run(ctx -> {});
        }

        assertThatThrownBy(pipeline::build).hasMessageContaining("(200000 tasks)");
    }

    @Test
    void what_is_declared_can_be_read_as_data() {
        TaskRef<String> a = pipeline.task("a", String.class).run(ctx -> "a");
        pipeline.task("b", new GenericType<List<String>>() {})
                .describedAs("says it twice")
                .after("a")
                .from(a)
                .run((ctx, text) -> List.of(text, text));

        Pipeline built = pipeline.build();

        assertThat(built.task("b").orElseThrow())
                .returns(List.of("a"), TaskView::inputs)
                .returns(List.of("a"), TaskView::upstream)
                .returns("says it twice", TaskView::description)
                .returns(
                        "java.util.List<java.lang.String>",
                        task -> task.outputType().getTypeName());
    }

    @Test
    void the_fingerprint_changes_with_the_graph_and_not_with_the_code() {
        pipeline.task("a").run(ctx -> {});
        PipelineBuilder same = Pipeline.named("orders");
        same.task("a").retry(RetryPolicy.attempts(3)).run(ctx -> ctx.rowsRead(1));
        String before = pipeline.build().fingerprint();

        assertThat(same.build().fingerprint()).isEqualTo(before);
        pipeline.task("b").after("a").run(ctx -> {});
        assertThat(pipeline.build().fingerprint()).isNotEqualTo(before);
    }

    @Test
    void a_builder_may_go_on_after_it_has_made_a_pipeline() {
        TaskRef<String> a = pipeline.task("a", String.class).run(ctx -> "first");
        Pipeline before = pipeline.build();
        TaskRef<String> b = pipeline.task("b", String.class).from(a).run((ctx, text) -> text + " and second");
        Pipeline after = pipeline.build();

        try (Etl etl = Etl.inMemory()) {
            assertThat(etl.run(before).orThrow().output(a)).isEqualTo("first");
            assertThat(etl.run(after).orThrow().output(b)).isEqualTo("first and second");
            assertThat(etl.run(after.intercepted((context, execution) -> execution.execute()))
                            .orThrow()
                            .output(b))
                    .isEqualTo("first and second");
        }
    }
}
