package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RowCounts;
import etl.core.spi.StoredTask;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A task's code, executed alone. */
class SingleTaskTest {
    private final PipelineBuilder orders = Pipeline.named("orders");
    private final Parameter<Integer> factor =
            orders.parameter("factor", Integer.class).atLeast(1).optional(1);
    private final TaskRef<List<Integer>> extract =
            orders.task("extract", new GenericType<List<Integer>>() {}).run(ctx -> List.of(1, 2, 3));
    private final InMemoryStateStore store = InMemoryStateStore.create();

    private TaskRef<Integer> total() {
        return orders.task("total", Integer.class)
                .retry(RetryPolicy.attempts(3))
                .timeout(Duration.ofNanos(1))
                .from(extract)
                .run((ctx, rows) -> {
                    ctx.rowsRead(rows.size());
                    ctx.rowsWritten(1);
                    return rows.stream().mapToInt(Integer::intValue).sum() * ctx.get(factor);
                });
    }

    @Test
    void it_is_executed_with_what_it_is_given_on_the_calling_thread() {
        TaskRef<Integer> total = total();
        TaskRef<Thread> where = orders.task("where", Thread.class).run(ctx -> Thread.currentThread());
        Pipeline pipeline = orders.build();

        TaskOutcome<Integer> outcome = SingleTask.of(pipeline, total)
                .input(extract, List.of(10, 20))
                .arguments(Arguments.of(factor, 2))
                .run();

        assertThat(outcome.state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(outcome.output()).isEqualTo(60);
        assertThat(outcome.rows()).isEqualTo(new RowCounts(2, 1, 0));
        assertThat(outcome.failure()).isEmpty();
        assertThat(outcome.duration().isNegative()).isFalse();
        assertThat(SingleTask.of(pipeline, where).run().output()).isSameAs(Thread.currentThread());
    }

    @Test
    void what_it_throws_is_its_outcome_and_is_not_retried() {
        int[] executions = new int[1];
        TaskRef<@Nullable Void> failing = orders.task("failing")
                .retry(RetryPolicy.attempts(3))
                .run(ctx -> {
                    executions[0]++;
                    throw new IOException("no such file");
                });

        TaskOutcome<@Nullable Void> outcome =
                SingleTask.of(orders.build(), failing).run();

        assertThat(outcome.state()).isEqualTo(TaskState.FAILED);
        assertThat(outcome.failure().orElseThrow()).isInstanceOf(IOException.class);
        assertThat(outcome.skipReason()).isEmpty();
        assertThat(outcome).hasToString("task 'failing' FAILED: java.io.IOException: no such file");
        assertThatThrownBy(outcome::output)
                .isInstanceOf(IllegalStateException.class)
                .hasCauseInstanceOf(IOException.class);
        assertThat(executions[0]).isEqualTo(1);
    }

    @Test
    void a_task_that_skips_itself_says_why() {
        TaskRef<@Nullable Void> idle = orders.task("idle").run(ctx -> {
            throw new TaskSkippedException("no new files");
        });

        TaskOutcome<@Nullable Void> outcome =
                SingleTask.of(orders.build(), idle).run();

        assertThat(outcome.state()).isEqualTo(TaskState.SKIPPED);
        assertThat(outcome.skipReason()).contains("no new files");
    }

    @Test
    void an_interrupt_of_the_caller_is_kept() {
        TaskRef<@Nullable Void> sleepy = orders.task("sleepy").run(ctx -> {
            throw new InterruptedException();
        });

        SingleTask.of(orders.build(), sleepy).run();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void all_missing_inputs_are_named_before_the_code_begins() {
        TaskRef<Integer> other = orders.task("other", Integer.class).run(ctx -> 1);
        TaskRef<Integer> both = orders.task("both", Integer.class)
                .from(extract, other)
                .run((ctx, rows, one) -> {
                    throw new AssertionError("executed without inputs");
                });

        assertThatIllegalStateException()
                .isThrownBy(() -> SingleTask.of(orders.build(), both).run())
                .withMessage("task 'both' lacks the output of 'extract', which is PENDING, and of 'other', which is"
                        + " PENDING; give it by input(..), or take a stored run's by from(..)");
    }

    @Test
    void null_is_an_input_too() {
        TaskRef<@Nullable String> nothing =
                orders.<@Nullable String>task("nothing", String.class).run(ctx -> null);
        TaskRef<Boolean> isNull =
                orders.task("is-null", Boolean.class).from(nothing).run((ctx, text) -> text == null);

        assertThat(SingleTask.of(orders.build(), isNull)
                        .input(nothing, null)
                        .run()
                        .output())
                .isTrue();
    }

    @Test
    void the_states_above_can_be_set() {
        TaskRef<String> csv = orders.task("csv", String.class).run(ctx -> "csv");
        TaskRef<String> json = orders.task("json", String.class).run(ctx -> "json");
        TaskRef<String> join = orders.task("join", String.class)
                .triggerRule(TriggerRule.ALL_DONE)
                .after(csv, json)
                .run(ctx -> ctx.state(csv) + " " + ctx.output(csv) + " " + ctx.state(json) + " " + ctx.output(json));
        Pipeline pipeline = orders.build();

        assertThat(SingleTask.of(pipeline, join)
                        .input(csv, "rows")
                        .upstream(json, TaskState.SKIPPED)
                        .run()
                        .output())
                .isEqualTo("SUCCEEDED Optional[rows] SKIPPED Optional.empty");
        assertThat(SingleTask.of(pipeline, join).run().output())
                .isEqualTo("PENDING Optional.empty PENDING Optional.empty");
        assertThatIllegalStateException()
                .isThrownBy(() -> SingleTask.of(pipeline, join)
                        .upstream(csv, TaskState.SUCCEEDED)
                        .run()
                        .output())
                .havingCause()
                .withMessageContaining("'csv', which was not given");
    }

    @Test
    void one_element_of_a_mapped_task_is_executed() {
        TaskRef<List<String>> mapped = orders.task("mapped", String.class)
                .mapOverProduct(extract, extract)
                .run((ctx, a, b) -> ctx.mapIndex().getAsInt() + ": " + a + b);
        TaskRef<List<String>> fixed =
                orders.task("fixed", String.class).mapOver(List.of("x", "y")).run((ctx, letter) -> letter);
        Pipeline pipeline = orders.build();

        assertThat(SingleTask.ofElement(pipeline, mapped, 5)
                        .input(extract, List.of(1, 2, 3))
                        .run()
                        .output())
                .isEqualTo("5: 23");
        assertThat(SingleTask.ofElement(pipeline, fixed, 1).run().output()).isEqualTo("y");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SingleTask.ofElement(pipeline, fixed, 2).run())
                .withMessage("task 'fixed' has 2 elements here, and no element 2; the first one is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SingleTask.ofElement(pipeline, fixed, -1))
                .withMessageContaining("element -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SingleTask.of(pipeline, fixed))
                .withMessageContaining("choose one element");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SingleTask.named(pipeline, "extract", OptionalInt.of(0)))
                .withMessageContaining("is not mapped");
    }

    @Test
    void it_is_told_its_attempt_and_its_data_interval() {
        DataInterval day =
                new DataInterval(Instant.parse("2001-01-01T00:00:00Z"), Instant.parse("2001-01-02T00:00:00Z"));
        TaskRef<String> context = orders.task("context", String.class)
                .run(ctx -> ctx.pipeline() + " " + ctx.taskId() + " " + ctx.attempt() + " "
                        + ctx.dataInterval().equals(Optional.of(day)) + " " + ctx.isCancelled());

        assertThat(SingleTask.of(orders.build(), context)
                        .attempt(3)
                        .dataInterval(day)
                        .run()
                        .output())
                .isEqualTo("orders context 3 true false");
    }

    @Test
    void the_failed_task_of_a_stored_run_is_executed_as_it_was() {
        int[] broken = {1};
        TaskRef<String> report = orders.task("report", String.class)
                .retry(RetryPolicy.attempts(2))
                .from(extract)
                .run((ctx, rows) ->
                        ctx.runId() + " " + rows.get(0) / (1 - broken[0]) * ctx.get(factor) + " " + ctx.attempt());
        Pipeline pipeline = orders.build();
        RunReport run;
        try (Etl etl = Etl.builder().store(store).build()) {
            run = etl.run(pipeline, Arguments.of(factor, 7));
        }
        List<StoredTask> before = store.tasks(run.id());

        TaskOutcome<String> same =
                SingleTask.of(pipeline, report).from(store, run.id()).run();
        broken[0] = 0;
        TaskOutcome<String> repaired =
                SingleTask.of(pipeline, report).from(store, run.id()).run();
        TaskOutcome<@Nullable Object> named = SingleTask.named(pipeline, "report", OptionalInt.empty())
                .from(store, run.id())
                .arguments(Arguments.of(factor, 8))
                .attempt(1)
                .run();

        assertThat(same.failure().orElseThrow()).isInstanceOf(ArithmeticException.class);
        assertThat(repaired.output()).isEqualTo(run.id() + " 7 2");
        assertThat(named.output()).isEqualTo(run.id() + " 8 1");
        assertThat(store.tasks(run.id())).isEqualTo(before);
    }

    @Test
    void elements_and_outputs_of_mapped_tasks_come_from_the_stored_run() {
        TaskRef<List<Integer>> doubled = orders.task("doubled", Integer.class)
                .mapOver(extract)
                .run((ctx, row) -> {
                    if (row == 2 && ctx.attempt() == 1) {
                        throw new TaskSkippedException("even");
                    }
                    return row * 2;
                });
        TaskRef<String> all =
                orders.task("all", String.class).from(doubled).run((ctx, rows) -> rows + " of " + ctx.get(factor));
        Pipeline pipeline = orders.build();
        RunReport run;
        try (Etl etl = Etl.builder().store(store).build()) {
            run = etl.run(pipeline);
        }

        assertThat(SingleTask.of(pipeline, all).from(store, run.id()).run().output())
                .isEqualTo("[2, 6] of 1");
        assertThat(SingleTask.ofElement(pipeline, doubled, 1)
                        .from(store, run.id())
                        .attempt(2)
                        .run()
                        .output())
                .isEqualTo(4);
        assertThat(SingleTask.ofElement(pipeline, doubled, 1)
                        .from(store, run.id())
                        .run()
                        .skipReason())
                .contains("even");
    }

    @Test
    void a_task_whose_inputs_the_run_never_had_is_refused() {
        TaskRef<Integer> broken = orders.task("broken", Integer.class).run(ctx -> {
            throw new IOException();
        });
        TaskRef<Integer> after =
                orders.task("after", Integer.class).from(broken).run((ctx, n) -> n);
        Pipeline pipeline = orders.build();
        RunReport run;
        try (Etl etl = Etl.builder().store(store).build()) {
            run = etl.run(pipeline);
        }

        assertThatIllegalStateException()
                .isThrownBy(() ->
                        SingleTask.of(pipeline, after).from(store, run.id()).run())
                .withMessage("task 'after' lacks the output of 'broken', which is FAILED; give it by input(..)");
        assertThat(SingleTask.of(pipeline, after)
                        .from(store, run.id())
                        .input(broken, 5)
                        .run()
                        .output())
                .isEqualTo(5);
    }

    @Test
    void what_does_not_belong_together_is_refused() {
        TaskRef<Integer> total = total();
        Pipeline pipeline = orders.build();
        PipelineBuilder otherOrders = Pipeline.named("other");
        otherOrders.task("only").run(ctx -> {});
        Pipeline other = otherOrders.build();
        RunId unknown = RunId.random();
        RunReport run;
        try (Etl etl = Etl.builder().store(store).build()) {
            run = etl.run(other);
        }

        assertThatIllegalArgumentException().isThrownBy(() -> SingleTask.of(other, total));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SingleTask.of(pipeline, extract).input(total, 1))
                .withMessage("task 'total' is not a direct upstream task of 'extract'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SingleTask.of(pipeline, total).from(store, unknown))
                .withMessage("run " + unknown + " is unknown in this store");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SingleTask.of(pipeline, total).from(store, run.id()))
                .withMessageContaining("belongs to pipeline 'other'");
        assertThatExceptionOfType(ArgumentsInvalidException.class)
                .isThrownBy(() -> SingleTask.of(pipeline, total)
                        .input(extract, List.of())
                        .arguments(Arguments.of(factor, 0))
                        .run());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SingleTask.of(pipeline, total).attempt(0));
    }

    @Test
    void a_part_of_another_pipeline_finds_its_parameters() {
        TaskRef<Integer> total = total();
        PipelineBuilder outer = Pipeline.named("outer");
        TaskRef<Integer> seven = outer.task("seven", Integer.class).run(ctx -> 7);
        TaskRef<Integer> inner =
                outer.include("part", orders.build()).with(factor, seven).output(total);
        Pipeline pipeline = outer.build();

        assertThat(SingleTask.of(pipeline, inner)
                        .input(seven, 7)
                        .input(new TaskRef<>(inner.owner(), "part--extract", extract.type()), List.of(1))
                        .run()
                        .output())
                .isEqualTo(7);
        assertThatThrownBy(() -> SingleTask.of(pipeline, inner)
                        .input(new TaskRef<>(inner.owner(), "part--extract", extract.type()), List.of(1))
                        .run()
                        .output())
                .hasRootCauseMessage("task 'part--total' reads the output of 'seven', which was not given; give it by"
                        + " input(..)");
    }
}
