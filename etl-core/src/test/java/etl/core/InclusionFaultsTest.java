package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What build() refuses of inclusions and groups, all at once. */
class InclusionFaultsTest {
    private final PipelineBuilder outer = Pipeline.named("outer");
    private final PipelineBuilder part = Pipeline.named("part");
    private final TaskRef<Integer> inside = part.task("inside", Integer.class).run(ctx -> 1);

    private static List<String> faults(PipelineBuilder builder) {
        return catchThrowableOfType(PipelineInvalidException.class, builder::build)
                .faults();
    }

    @Test
    void wrong_arguments_are_told_all_at_once() {
        Parameter<Integer> size =
                part.parameter("size", Integer.class).atLeast(1).required();
        Parameter<Integer> depth =
                part.parameter("depth", Integer.class).atLeast(1).required();
        Parameter<Integer> width = part.parameter("width", Integer.class).required();
        Parameter<String> name = part.parameter("name", String.class).required();
        Parameter<Integer> foreign =
                Pipeline.named("other").parameter("size", Integer.class).required();
        TaskRef<String> elsewhere =
                Pipeline.named("other").task("elsewhere", String.class).run(ctx -> "");
        outer.include("part", part.build())
                .with(size, 0)
                .with(depth, foreign)
                .with(depth, 3)
                .with(foreign, 1)
                .with(name, elsewhere)
                .after("nowhere");
        outer.task("own").run(ctx -> {});

        assertThat(faults(outer))
                .containsExactly(
                        "inclusion 'part' waits for task 'nowhere', which is unknown; declare it or correct the id",
                        "inclusion 'part' binds parameter 'name' to the output of task 'elsewhere' of another pipeline;"
                                + " name one of pipeline 'outer'",
                        "inclusion 'part' binds parameter 'depth' to parameter 'size', which pipeline 'outer' does not"
                                + " declare",
                        "inclusion 'part': parameter 'depth' is bound twice; remove one of the bindings",
                        "inclusion 'part': pipeline 'part' does not declare this parameter 'size'; known: size"
                                + " (required), depth (required), width (required), name (required)",
                        "inclusion 'part': parameter 'width' is required: "
                                + width.type().expected() + "; bind it by with(...)",
                        "inclusion 'part': parameter 'size' must be at least 1, was '0'");
    }

    @Test
    void a_constant_is_checked_against_the_constraints_of_every_parameter_that_it_passes() {
        Parameter<Integer> size =
                part.parameter("size", Integer.class).atMost(5).required();
        PipelineBuilder middle = Pipeline.named("middle");
        Parameter<Integer> scale =
                middle.parameter("scale", Integer.class).atLeast(1).required();
        middle.include("deep", part.build()).with(size, scale);
        Pipeline middlePipeline = middle.build();
        outer.include("a", middlePipeline).with(scale, 0);
        outer.include("b", middlePipeline).with(scale, 9);
        outer.include("c", middlePipeline);

        assertThat(faults(outer))
                .containsExactly(
                        "inclusion 'a': parameter 'scale' must be at least 1, was '0'",
                        "inclusion 'b/deep': parameter 'size' must be at most 5, was '9'",
                        "inclusion 'c': parameter 'scale' is required: "
                                + scale.type().expected() + "; bind it by with(...)");
    }

    @Test
    void a_check_that_throws_is_a_fault_and_not_a_crash() {
        Parameter<String> text = part.parameter("text", String.class)
                .check("must be odd", value -> {
                    throw new IllegalStateException("no");
                })
                .required();
        outer.include("part", part.build()).with(text, "x\ny");

        assertThat(faults(outer))
                .singleElement()
                .asString()
                .startsWith(
                        "inclusion 'part': parameter 'text' must be odd, was 'x?y', for which the check itself threw");
    }

    @Test
    void no_pipeline_is_a_part_of_itself() {
        PipelineBuilder again = Pipeline.named("part");
        again.include("self", part.build());
        PipelineBuilder middle = Pipeline.named("middle");
        middle.include("deep", part.build());
        PipelineBuilder far = Pipeline.named("part");
        far.include("middle", middle.build());

        assertThat(faults(again))
                .containsExactly(
                        "inclusion 'self' includes pipeline 'part' in itself; a pipeline cannot be a part of itself");
        assertThat(faults(far))
                .containsExactly("inclusion 'middle' includes pipeline 'part' in itself, by its inclusion 'deep'; a"
                        + " pipeline cannot be a part of itself");
    }

    @Test
    void what_only_a_run_of_its_own_can_have_is_refused() {
        part.parallelism(3)
                .deadline(Duration.ofHours(1))
                .schedule(Schedule.every(Duration.ofHours(1)))
                .sla(Duration.ofMinutes(5))
                .onSkip(end -> {});
        outer.include("part", part.build());

        assertThat(faults(outer))
                .containsExactly(
                        "inclusion 'part': pipeline 'part' has a parallelism of 3 (use a pool), a deadline of PT1H,"
                                + " a schedule, an SLA of PT5M, callbacks, which only a run of its own can have; declare it on 'outer' or on"
                                + " tasks, and include a pipeline without it");
    }

    /** Whoever adds a declaration for whole pipelines has to say what becomes of it when the pipeline is included. */
    @Test
    void every_declaration_for_whole_pipelines_is_kept_or_refused() {
        String kept = "describedAs";
        String refused = "parallelism, deadline, schedule, sla, onSuccess, onFailure, onRetry, onSkip, onSlaMiss";

        assertThat(new TreeSet<>(Arrays.stream(PipelineBuilder.class.getMethods())
                        .filter(method -> method.getReturnType() == PipelineBuilder.class)
                        .map(Method::getName)
                        .collect(Collectors.toSet())))
                .containsExactlyInAnyOrder((kept + ", " + refused).split(", "));
    }

    @Test
    void ids_that_meet_are_not_mixed_up() {
        PipelineBuilder other = Pipeline.named("other");
        other.task("b--inside").run(ctx -> {});
        outer.include("a--b", part.build());
        outer.include("a", other.build());
        Inclusion ended = outer.include("x", part.build());
        outer.include("x", part.build());
        outer.task("x").after(ended).run(ctx -> {});

        assertThat(faults(outer))
                .containsExactly(
                        "inclusion 'x' is declared twice; rename one of them",
                        "task 'a--b--inside' is declared twice; rename one of them",
                        "task 'x' is declared twice; rename one of them");
    }

    @Test
    void names_are_checked_like_ids() {
        PipelineBuilder middle = Pipeline.named("middle");
        middle.include("m".repeat(150), part.build());
        outer.include("o".repeat(60), middle.build());
        outer.include("a/b", part.build()).group("ok//");
        outer.task("own").group("load/\u00fcber").run(ctx -> {});
        outer.task("long").group("g/".repeat(500) + "g").run(ctx -> {});

        assertThat(faults(outer))
                .containsExactly(
                        "inclusion name 'a/b' is not allowed: use 1 to 200 letters, digits, '_' or '-'",
                        "task id '" + "o".repeat(60) + "...' has 220 characters, with the name of inclusion '"
                                + "o".repeat(60) + "/" + "m".repeat(150) + "' before it; use at most 200",
                        "group 'ok///a/b' is not allowed: use 1 to 200 letters, digits, '_' or '-' for each name, '/'"
                                + " between names, and at most 1000 characters in all",
                        "group 'load/\u00fcber' is not allowed: use 1 to 200 letters, digits, '_' or '-' for each name, '/'"
                                + " between names, and at most 1000 characters in all",
                        "group '" + "g/".repeat(30)
                                + "...' is not allowed: use 1 to 200 letters, digits, '_' or '-' for"
                                + " each name, '/' between names, and at most 1000 characters in all");
    }

    @Test
    void an_inclusion_cannot_wait_for_itself_or_for_what_runs_finally() {
        Parameter<Integer> size = part.parameter("size", Integer.class).optional(1);
        Inclusion inclusion = outer.include("part", part.build());
        TaskRef<Integer> below = outer.task("below", Integer.class)
                .from(inclusion.output(inside))
                .run((ctx, value) -> value);
        inclusion.with(size, below);
        TaskRef<?> last = outer.task("last").runsFinally().run(ctx -> {});
        outer.include("late", part.build()).after(last);

        assertThat(faults(outer))
                .containsExactly(
                        "inclusion 'late' waits for task 'last', which runs finally; nothing comes after that",
                        "cycle: part--inside -> below -> part--inside; remove one of these dependencies");
    }

    @Test
    void an_output_of_another_pipeline_is_refused_where_it_is_asked_for() {
        Inclusion inclusion = outer.include("part", part.build());
        TaskRef<Integer> own = outer.task("own", Integer.class).run(ctx -> 1);

        assertThatThrownBy(() -> inclusion.output(own))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("task 'own' does not belong to pipeline 'part' but to another one");
        TaskRef<Integer> later = part.task("later", Integer.class).run(ctx -> 1);
        assertThatThrownBy(() -> inclusion.output(later)).hasMessage("pipeline 'part' has no task 'later'");
    }
}
