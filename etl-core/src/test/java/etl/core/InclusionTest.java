package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Pipelines as parts of others: their arguments, their gates, their end. */
class InclusionTest extends Inclusions {
    @Test
    void its_tasks_are_tasks_of_the_outer_pipeline_and_its_output_is_typed() {
        Parameter<Integer> day = outer.parameter("day", Integer.class).required();
        TaskRef<List<Integer>> extract =
                outer.task("extract", new GenericType<List<Integer>>() {}).run(ctx -> List.of(1, 2, ctx.get(day)));
        Inclusion cleaning =
                outer.include("cleaning", clean.build()).with(factor, day).with(rows, extract);
        TaskRef<Integer> cleaned = cleaning.output(sum);
        TaskRef<String> report =
                outer.task("report", String.class).from(cleaned).run((ctx, total) -> "total " + total);

        RunReport run = etl.run(outer.build(), Arguments.of(day, 3)).orThrow();

        assertThat(run.group("cleaning"))
                .extracting(TaskReport::id)
                .containsExactly("cleaning--parse", "cleaning--sum");
        assertThat(run.output(report)).isEqualTo("total 3018");
        assertThat(run.output(cleaned)).isEqualTo(3018);
        assertThat(states(run))
                .containsExactly(
                        "extract SUCCEEDED",
                        "cleaning--parse SUCCEEDED",
                        "cleaning--sum SUCCEEDED",
                        "report SUCCEEDED");
    }

    @Test
    void it_may_be_included_more_than_once_with_other_arguments() {
        Pipeline cleaning = clean.build();
        TaskRef<Integer> twice =
                outer.include("twice", cleaning).with(factor, 2).output(sum);
        TaskRef<Integer> thrice = outer.include("thrice", cleaning)
                .with(factor, 3)
                .with(rows, List.of(1, 1))
                .output(sum);

        RunReport run = etl.run(outer.build()).orThrow();

        assertThat(run.output(twice)).isEqualTo(2014);
        assertThat(run.output(thrice)).isEqualTo(3006);
    }

    @Test
    void inclusions_nest_and_values_pass_through_them() {
        PipelineBuilder middle = Pipeline.named("middle");
        Parameter<Integer> scale = middle.parameter("scale", Integer.class).required();
        TaskRef<List<Integer>> given =
                middle.task("given", new GenericType<List<Integer>>() {}).run(ctx -> List.of(5, ctx.get(scale)));
        Inclusion inMiddle =
                middle.include("deep", clean.build()).with(factor, scale).with(rows, given);
        TaskRef<Integer> middleSum = inMiddle.output(sum);
        Pipeline middlePipeline = middle.build();
        TaskRef<Integer> four = outer.task("four", Integer.class).run(ctx -> 4);
        TaskRef<Integer> byOutput =
                outer.include("a", middlePipeline).with(scale, four).output(middleSum);
        TaskRef<Integer> byValue =
                outer.include("b", middlePipeline).with(scale, 6).output(middleSum);

        Pipeline pipeline = outer.build();
        RunReport run = etl.run(pipeline).orThrow();

        assertThat(byOutput.id()).isEqualTo("a--deep--sum");
        assertThat(run.output(byOutput)).isEqualTo(4036);
        assertThat(run.output(byValue)).isEqualTo(6066);
        assertThat(pipeline.task("a--deep--parse").orElseThrow().group()).hasValue("a/deep");
        assertThat(pipeline.inclusions()).extracting(InclusionView::path).containsExactly("a", "a/deep", "b", "b/deep");
        assertThat(pipeline.inclusions().get(1).arguments())
                .containsExactly(
                        new InclusionView.Argument("factor", InclusionView.Source.OUTPUT, "four"),
                        new InclusionView.Argument("rows", InclusionView.Source.OUTPUT, "a--given"));
        assertThat(pipeline.inclusions().get(1).after()).containsExactly("a--given");
        assertThat(pipeline.inclusions().get(2).after()).isEmpty();
    }

    @Test
    void the_value_of_a_parameter_is_checked_where_it_becomes_known() {
        Parameter<Integer> day = outer.parameter("day", Integer.class).required();
        outer.include("cleaning", clean.build()).with(factor, day);
        Pipeline pipeline = outer.build();

        assertThatThrownBy(() -> etl.run(pipeline, Arguments.of(day, 0)))
                .isInstanceOf(ArgumentsInvalidException.class)
                .hasMessage("arguments of pipeline 'outer': parameter 'day' is parameter 'factor' of inclusion"
                        + " 'cleaning', which must be at least 1, was '0'; known: day (required)");
        assertThat(store.recent(1)).isEmpty();
    }

    @Test
    void an_output_that_is_no_argument_fails_the_tasks_without_another_attempt() {
        PipelineBuilder middle = Pipeline.named("middle");
        Parameter<List<Integer>> all = middle.parameter("all", new GenericType<List<Integer>>() {})
                .notEmpty()
                .required();
        AtomicInteger attempts = new AtomicInteger();
        middle.task("own").retry(RetryPolicy.attempts(5)).run(ctx -> attempts.incrementAndGet());
        middle.include("deep", clean.build()).with(factor, 1).with(rows, all);
        TaskRef<List<Integer>> extract =
                outer.task("extract", new GenericType<List<Integer>>() {}).run(ctx -> List.of(1, 2, 3, 4));
        TaskRef<List<Integer>> none =
                outer.task("none", new GenericType<List<Integer>>() {}).run(ctx -> List.of());
        Pipeline middlePipeline = middle.build();
        outer.include("long", middlePipeline).with(all, extract);
        outer.include("empty", middlePipeline).with(all, none);

        RunReport run = etl.run(outer.build());

        assertThat(states(run))
                .contains(
                        "long--own SUCCEEDED",
                        "long--deep--parse FAILED",
                        "long--deep--sum UPSTREAM_FAILED",
                        "empty--own FAILED",
                        "empty--deep--parse FAILED");
        assertThat(attempts).hasValue(1);
        List<String> errors = new ArrayList<>();
        run.tasks().forEach(task -> task.error().ifPresent(error -> errors.add(error.message())));
        assertThat(errors)
                .containsExactly(
                        "parameter 'rows' of inclusion 'long/deep' must have at most 3 elements, was '[1,2,3,4]'; the"
                                + " value is the output of task 'extract'",
                        "parameter 'all' of inclusion 'empty' must not be empty, was '[]'; the value is the output of"
                                + " task 'none'",
                        "parameter 'all' of inclusion 'empty' must not be empty, was '[]'; the value is the output of"
                                + " task 'none'");
    }

    @Test
    void null_is_no_argument() {
        TaskRef<Integer> nothing = outer.task("nothing", Integer.class).run(InclusionTest::nothing);
        outer.include("cleaning", clean.build()).with(factor, nothing);

        assertThat(etl.run(outer.build()).tasks().get(1).error().orElseThrow().message())
                .isEqualTo(
                        "parameter 'factor' of inclusion 'cleaning' must not be null; the value is the output of task"
                                + " 'nothing'");
    }

    @Test
    void code_names_its_own_pipelines_parameters_and_tasks_only() {
        Parameter<LocalDate> day = outer.parameter("day", LocalDate.class).optional(LocalDate.EPOCH);
        PipelineBuilder curious = Pipeline.named("curious");
        TaskRef<Integer> first = curious.task("first", Integer.class).run(ctx -> 1);
        curious.task("second")
                .triggerRule(TriggerRule.ALL_DONE)
                .after(first)
                .run(ctx -> executed.add(ctx.state(first) + " "
                        + ctx.output(first).orElseThrow() + " " + ctx.taskId() + " " + ctx.pipeline()));
        curious.task("third").run(ctx -> ctx.get(day));
        outer.include("inside", curious.build());
        outer.task("fourth").after("inside--first").run(ctx -> ctx.state(first));

        RunReport run = etl.run(outer.build());

        assertThat(executed).containsExactly("SUCCEEDED 1 inside--second outer");
        assertThat(run.tasks().get(2).error().orElseThrow().message())
                .isEqualTo("parameter 'day' does not belong to pipeline 'curious' but to another one");
        assertThat(run.tasks().get(3).error().orElseThrow().message())
                .isEqualTo("task 'first' does not belong to pipeline 'outer' but to another one");
    }

    @Test
    void mapped_tasks_and_branches_keep_their_meaning() {
        PipelineBuilder part = Pipeline.named("part");
        Parameter<List<Integer>> given =
                part.parameter("given", new GenericType<List<Integer>>() {}).required();
        TaskRef<List<Integer>> list =
                part.task("list", new GenericType<List<Integer>>() {}).run(ctx -> ctx.get(given));
        TaskRef<List<Integer>> mapped = part.task("mapped", Integer.class)
                .mapOver(list)
                .run((ctx, element) -> element * ctx.get(given).size());
        TaskRef<Boolean> many = part.task("many", Boolean.class).from(mapped).run((ctx, all) -> all.size() > 2);
        TaskRef<Integer> count =
                part.task("count", Integer.class).when(many, true).from(mapped).run((ctx, all) -> all.size());
        part.task("few").when(many, false).run(noting("few"));
        TaskRef<List<Integer>> source =
                outer.task("source", new GenericType<List<Integer>>() {}).run(ctx -> List.of(1, 2, 3));
        Inclusion inclusion = outer.include("part", part.build()).with(given, source);

        RunReport run = etl.run(outer.build()).orThrow();

        assertThat(run.output(inclusion.output(mapped))).containsExactly(3, 6, 9);
        assertThat(run.elements(inclusion.output(mapped))).hasSize(3);
        assertThat(run.output(inclusion.output(count))).isEqualTo(3);
        assertThat(executed).isEmpty();
    }

    @Test
    void a_resume_in_the_middle_reads_the_bound_outputs_back() {
        AtomicInteger extracted = new AtomicInteger();
        PipelineBuilder part = Pipeline.named("part");
        Parameter<LocalDate> date = part.parameter("date", LocalDate.class).required();
        TaskRef<Integer> before =
                part.task("before", Integer.class).run(ctx -> ctx.get(date).getDayOfMonth());
        TaskRef<String> flaky = part.task("flaky", String.class).from(before).run((ctx, day) -> {
            if (ctx.attempt() == 1) {
                throw new IllegalStateException("as planned");
            }
            return day + " " + ctx.get(date);
        });
        TaskRef<LocalDate> source = outer.task("source", LocalDate.class).run(ctx -> {
            extracted.incrementAndGet();
            return LocalDate.of(2001, 1, 31);
        });
        TaskRef<String> result =
                outer.include("part", part.build()).with(date, source).output(flaky);
        Pipeline pipeline = outer.build();

        RunReport failed = etl.run(pipeline);
        RunReport resumed;
        try (Etl restarted = Etl.builder().store(store).build()) {
            resumed = restarted.resume(failed.id(), pipeline).await();
            assertThat(resumed.output(result)).isEqualTo("31 2001-01-31");
        }

        assertThat(failed.state()).isEqualTo(RunState.FAILED);
        assertThat(resumed.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(extracted).hasValue(1);
    }

    @Test
    void a_secret_is_bound_as_a_reference() {
        PipelineBuilder part = Pipeline.named("part");
        Parameter<Secret> password = part.parameter("password", Secret.class).required();
        TaskRef<String> show =
                part.task("show", String.class).run(ctx -> ctx.get(password).toString());
        Parameter<Secret> own = outer.parameter("own", Secret.class).optional(Secret.env("OUTER_PASSWORD"));
        Pipeline pipeline = part.build();
        TaskRef<String> known = outer.include("a", pipeline)
                .with(password, Secret.env("PART_PASSWORD"))
                .output(show);
        TaskRef<String> given = outer.include("b", pipeline).with(password, own).output(show);

        Pipeline built = outer.build();
        RunReport run = etl.run(built).orThrow();

        assertThat(run.output(known)).isEqualTo("env:PART_PASSWORD");
        assertThat(run.output(given)).isEqualTo("env:OUTER_PASSWORD");
        assertThat(built.inclusions().get(0).arguments())
                .containsExactly(
                        new InclusionView.Argument("password", InclusionView.Source.VALUE, "env:PART_PASSWORD"));
    }
}
