package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pipeline that was changed between a run's failure and its resume. */
class ChangedDefinitionTest {
    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final AtomicInteger extracts = new AtomicInteger();

    /** What a new version of the application does to the pipeline. */
    enum Change {
        TASK_ADDED("3 tasks instead of 2"),
        TASK_REMOVED("1 task instead of 2, no task 'load'"),
        TASK_RENAMED("no task 'load'"),
        DEPENDENCY_REMOVED("its dependencies, trigger rules, or types of outputs or parameters have changed"),
        OUTPUT_TYPE("its dependencies, trigger rules, or types of outputs or parameters have changed"),
        PARAMETER_ADDED("a new parameter 'limit'"),
        PARAMETER_REMOVED("no parameter 'day'"),
        PARAMETER_TYPE("its dependencies, trigger rules, or types of outputs or parameters have changed"),
        TRIGGER_RULE("its dependencies, trigger rules, or types of outputs or parameters have changed");

        private final String told;

        Change(String told) {
            this.told = told;
        }
    }

    /** As it was, or with one change; the last task fails if it is as it was. */
    private Pipeline pipeline(@Nullable Change change, boolean fails) {
        PipelineBuilder builder = Pipeline.named("orders");
        if (change == Change.PARAMETER_TYPE) {
            builder.parameter("day", Integer.class).optional(1);
        } else if (change != Change.PARAMETER_REMOVED) {
            builder.parameter("day", String.class).optional("1");
        }
        if (change == Change.PARAMETER_ADDED) {
            builder.parameter("limit", Integer.class).optional(1);
        }
        if (change == Change.OUTPUT_TYPE) {
            builder.task("extract", Long.class).run(context -> (long) extracts.incrementAndGet());
        } else {
            builder.task("extract", Integer.class).run(context -> extracts.incrementAndGet());
        }
        if (change == Change.TASK_REMOVED) {
            return builder.build();
        }
        ActionBuilder load = builder.task(change == Change.TASK_RENAMED ? "store" : "load");
        if (change != Change.DEPENDENCY_REMOVED) {
            load.after("extract");
        }
        if (change == Change.TRIGGER_RULE) {
            load.triggerRule(TriggerRule.ALL_DONE);
        }
        load.run(context -> {
            if (fails) {
                throw new IllegalStateException("once");
            }
        });
        if (change == Change.TASK_ADDED) {
            builder.task("report").after("load").run(context -> {});
        }
        return builder.build();
    }

    private RunId failedRun() {
        try (Etl etl = Etl.builder().store(store).build()) {
            RunReport run = etl.run(pipeline(null, true));
            assertThat(run.state()).isEqualTo(RunState.FAILED);
            return run.id();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_run_of_another_definition_is_refused_with_what_is_known_of_the_difference(Change change) {
        RunId id = failedRun();

        try (Etl etl = Etl.builder().store(store).build()) {
            assertThatThrownBy(() -> etl.resume(id, pipeline(change, false)))
                    .isInstanceOf(ResumeRefusedException.class)
                    .hasMessageContaining("run " + id + " was begun by another definition of pipeline 'orders'")
                    .hasMessageContaining(change.told)
                    .hasMessageContaining("start a new run, or resume with the former definition");

            etl.resume(id, pipeline(null, false)).await().orThrow();
        }
        assertThat(extracts).hasValue(1);
    }

    @Test
    void other_code_policies_and_timeouts_are_no_other_definition() {
        RunId id = failedRun();
        PipelineBuilder changed = Pipeline.named("orders");
        changed.parameter("day", String.class).optional("2");
        changed.task("extract", Integer.class).describedAs("reads everything").run(context -> extracts.addAndGet(100));
        changed.task("load")
                .after("extract")
                .retry(RetryPolicy.attempts(5))
                .timeout(Duration.ofHours(1))
                .run(context -> {});

        try (Etl etl = Etl.builder().store(store).build()) {
            etl.resume(id, changed.build()).await().orThrow();
        }
        assertThat(extracts).hasValue(1);
    }

    @Test
    void a_declared_list_of_other_values_is_another_definition() {
        assertThat(over(List.of("berlin", "rome"))).isEqualTo(over(new ArrayList<>(List.of("berlin", "rome"))));
        assertThat(Set.of(
                        over(List.of("berlin", "rome")),
                        over(List.of("rome", "berlin")),
                        over(List.of("berlin\nrome")),
                        over(List.of(1, 2)),
                        over(List.of(LocalDate.EPOCH, 2))))
                .hasSize(5);
        assertThat(over(List.of(new Object()))).isEqualTo(over(List.of(new Object())));
    }

    private static <T> String over(List<T> list) {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("load", String.class).mapOver(list).run((context, element) -> "");
        return builder.build().fingerprint();
    }
}
