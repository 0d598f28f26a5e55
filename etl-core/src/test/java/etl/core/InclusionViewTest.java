package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.EngineRun;
import etl.core.spi.StateStoreException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Included pipelines as data, in other processes, and in parts. */
class InclusionViewTest {
    private final PipelineBuilder outer = Pipeline.named("outer");
    private final PipelineBuilder part = Pipeline.named("part");

    @Test
    void everything_that_a_task_declares_is_kept() throws ReflectiveOperationException {
        TaskRef<Boolean> branch = part.task("branch", Boolean.class).run(ctx -> true);
        TaskRef<Integer> setup = part.task("setup", Integer.class).run(ctx -> 1);
        TaskRef<List<Integer>> all = part.task("all", Integer.class)
                .describedAs("everything")
                .group("g")
                .retry(RetryPolicy.attempts(3).exponential(Duration.ofSeconds(1), Duration.ofMinutes(1)))
                .timeout(Duration.ofMinutes(2))
                .when(branch, true)
                .pool("db", 2)
                .priority(7)
                .sla(Duration.ofHours(1))
                .onRetry(event -> {})
                .mapOver(List.of(1, 2))
                .atOnce(1)
                .run((ctx, element) -> element);
        part.task("rule").triggerRule(TriggerRule.ONE_DONE).after(all, setup).run(ctx -> {});
        part.task("drop").teardownOf(setup).after(all).from(setup).run((ctx, value) -> {});
        part.task("last").runsFinally().run(ctx -> {});
        Pipeline alone = part.build();
        TaskRef<?> first = outer.task("first").run(ctx -> {});
        Inclusion inclusion = outer.include("in", alone).after(first);
        outer.task("next").after(inclusion).run(ctx -> {});
        Pipeline built = outer.build();

        Set<String> renamed = Set.of("id", "group", "inputs", "upstream", "gates", "choices", "teardownOf", "endOf");
        for (TaskView task : alone.tasks()) {
            TaskView included = built.task("in--" + task.id()).orElseThrow();
            for (RecordComponent component : TaskView.class.getRecordComponents()) {
                if (!renamed.contains(component.getName())) {
                    assertThat(component.getAccessor().invoke(included))
                            .as(task.id() + " " + component.getName())
                            .isEqualTo(component.getAccessor().invoke(task));
                }
            }
        }
        assertThat(built.task("in--all").orElseThrow())
                .returns(List.of(new TaskView.Choice("in--branch", List.of("true"))), TaskView::choices)
                .satisfies(task -> assertThat(task.group()).hasValue("in/g"));
        assertThat(built.task("in--branch").orElseThrow())
                .returns(List.of("first"), TaskView::upstream)
                .returns(true, TaskView::isPlain);
        assertThat(built.task("in--rule").orElseThrow())
                .returns(List.of("in--all", "in--setup", "first"), TaskView::upstream)
                .returns(List.of("first"), TaskView::gates);
        assertThat(built.task("in--drop").orElseThrow())
                .returns(List.of("in--setup"), TaskView::teardownOf)
                .returns(List.of("in--setup"), TaskView::inputs);
        assertThat(built.task("in--last").orElseThrow().upstream())
                .containsExactly("in--branch", "in--setup", "in--all", "in--rule", "in--drop", "first");
        assertThat(built.task("in").orElseThrow()).returns(List.of("in--rule"), TaskView::endOf);
        assertThat(built.groups())
                .containsEntry("in/g", List.of("in--all"))
                .containsEntry(
                        "in", List.of("in--branch", "in--setup", "in--all", "in--rule", "in--drop", "in--last", "in"));
    }

    private static String fingerprint(int constant, int fallback, String group, boolean byParameter) {
        PipelineBuilder inner = Pipeline.named("inner");
        Parameter<Integer> size = inner.parameter("size", Integer.class).required();
        inner.parameter("more", Integer.class).optional(fallback);
        inner.task("task").group(group).run(ctx -> {});
        PipelineBuilder builder = Pipeline.named("outer");
        Parameter<Integer> own = builder.parameter("own", Integer.class).optional(1);
        Inclusion inclusion = builder.include("in", inner.build());
        if (byParameter) {
            inclusion.with(size, own);
        } else {
            inclusion.with(size, constant);
        }
        return builder.build().fingerprint();
    }

    @Test
    void a_fingerprint_knows_arguments_but_no_groups() {
        String one = fingerprint(1, 2, "a", false);

        assertThat(fingerprint(1, 2, "b/c", false)).isEqualTo(one);
        assertThat(List.of(fingerprint(9, 2, "a", false), fingerprint(1, 9, "a", false), fingerprint(1, 2, "a", true)))
                .doesNotContain(one)
                .doesNotHaveDuplicates();
    }

    @Test
    void what_is_built_does_not_change_when_the_inclusion_does() {
        Parameter<Integer> size = part.parameter("size", Integer.class).optional(1);
        TaskRef<Integer> task = part.task("task", Integer.class).run(ctx -> ctx.get(size));
        Inclusion inclusion = outer.include("in", part.build());
        Pipeline before = outer.build();
        TaskRef<Integer> output = inclusion.with(size, 2).output(task);
        outer.task("next").after(inclusion).run(ctx -> {});
        Pipeline after = outer.build();

        try (Etl etl = Etl.inMemory()) {
            assertThat(etl.run(before).output(output)).isEqualTo(1);
            assertThat(etl.run(after).output(output)).isEqualTo(2);
        }
        assertThat(before.tasks()).hasSize(1);
        assertThat(after.tasks()).hasSize(3);
    }

    @Test
    void an_engine_starts_its_tasks_one_by_one() {
        Parameter<LocalDate> date = part.parameter("date", LocalDate.class).required();
        Parameter<Integer> size =
                part.parameter("size", Integer.class).atLeast(2).required();
        TaskRef<Integer> first = part.task("first", Integer.class).run(ctx -> ctx.get(size));
        TaskRef<String> second = part.task("second", String.class)
                .retry(RetryPolicy.attempts(3))
                .from(first)
                .run((ctx, value) -> value + " " + ctx.get(date).getYear());
        Parameter<LocalDate> day = outer.parameter("day", LocalDate.class).required();
        Parameter<Integer> given = outer.parameter("given", Integer.class).required();
        TaskRef<Integer> source = outer.task("source", Integer.class).run(ctx -> ctx.get(given));
        Inclusion inclusion = outer.include("in", part.build()).with(date, day).with(size, source);
        Pipeline pipeline = outer.build();

        try (Etl etl = Etl.inMemory()) {
            ExternalRuns external = etl.external();
            Arguments arguments = Arguments.of(day, LocalDate.of(2001, 1, 31)).and(given, 5);
            RunId run = external.begin(pipeline, arguments, new EngineRun("airflow", "a"));
            assertThatThrownBy(() -> external.attempt(pipeline, run, "in--second", 0))
                    .isInstanceOf(StateStoreException.class);
            external.attempt(pipeline, run, "source", 0);
            external.attempt(pipeline, run, "in--first", 0);
            EngineAttempt last = external.attempt(pipeline, run, "in--second", 0);
            RunReport report = external.finish(pipeline, run);

            assertThat(last.output()).isEqualTo("5 2001");
            assertThat(report.state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(report.output(inclusion.output(second))).isEqualTo("5 2001");

            RunId bad = external.begin(pipeline, arguments, new EngineRun("airflow", "b"));
            RunId small = external.begin(
                    pipeline, Arguments.of(day, LocalDate.EPOCH).and(given, 1), new EngineRun("airflow", "c"));
            external.attempt(pipeline, small, "source", 0);
            EngineAttempt refused = external.attempt(pipeline, small, "in--first", 0);
            assertThat(refused.state()).isEqualTo(TaskState.FAILED);
            assertThat(refused.error().orElseThrow().message())
                    .isEqualTo(
                            "parameter 'size' of inclusion 'in' must be at least 2, was '1'; the value is the output of"
                                    + " task 'source'");
            assertThat(external.finish(pipeline, bad).state()).isEqualTo(RunState.CANCELLED);
        }
    }

    @Test
    void gates_hold_when_an_engine_asks() {
        TaskRef<?> root = part.task("root").run(ctx -> {});
        part.task("rule").triggerRule(TriggerRule.ALL_DONE).after(root).run(ctx -> {});
        TaskRef<?> bad = outer.task("bad").run(ctx -> {
            throw new IllegalStateException("as planned");
        });
        Inclusion inclusion = outer.include("in", part.build()).after(bad);
        outer.task("next").after(inclusion).run(ctx -> {});
        Pipeline pipeline = outer.build();

        try (Etl etl = Etl.inMemory()) {
            ExternalRuns external = etl.external();
            RunId run = external.begin(pipeline, Arguments.none(), new EngineRun("airflow", "a"));
            external.attempt(pipeline, run, "bad", 0);
            assertThat(external.attempt(pipeline, run, "in--rule", 0).state()).isEqualTo(TaskState.UPSTREAM_FAILED);
            List<TaskState> states = new ArrayList<>();
            external.finish(pipeline, run).tasks().forEach(task -> states.add(task.state()));

            assertThat(states)
                    .containsExactly(
                            TaskState.FAILED,
                            TaskState.UPSTREAM_FAILED,
                            TaskState.UPSTREAM_FAILED,
                            TaskState.UPSTREAM_FAILED,
                            TaskState.UPSTREAM_FAILED);
        }
    }

    @Test
    void one_of_its_tasks_is_executed_alone() {
        Parameter<Integer> size = part.parameter("size", Integer.class).required();
        TaskRef<Integer> first = part.task("first", Integer.class).run(ctx -> 1);
        TaskRef<Integer> second =
                part.task("second", Integer.class).from(first).run((ctx, value) -> value + ctx.get(size));
        TaskRef<Integer> source = outer.task("source", Integer.class).run(ctx -> 5);
        Inclusion inclusion = outer.include("in", part.build()).with(size, source);
        Pipeline pipeline = outer.build();

        assertThat(SingleTask.of(pipeline, inclusion.output(second))
                        .input(inclusion.output(first), 10)
                        .input(source, 20)
                        .run()
                        .output())
                .isEqualTo(30);
        assertThat(SingleTask.of(pipeline, inclusion.output(second))
                        .input(inclusion.output(first), 10)
                        .run()
                        .failure()
                        .orElseThrow())
                .hasMessage(
                        "task 'in--second' reads the output of 'source', which was not given; give it by input(..)");
    }

    @Test
    void an_intercepted_pipeline_stays_intercepted() {
        TaskRef<Integer> task = part.task("task", Integer.class).run(ctx -> 1);
        List<String> seen = new ArrayList<>();
        Pipeline intercepted = part.build().intercepted((context, code) -> {
            seen.add(context.taskId());
            return code.execute();
        });
        TaskRef<Integer> output = outer.include("in", intercepted).output(task);

        try (Etl etl = Etl.inMemory()) {
            assertThat(etl.run(outer.build()).output(output)).isEqualTo(1);
        }
        assertThat(seen).containsExactly("in--task");
    }
}
