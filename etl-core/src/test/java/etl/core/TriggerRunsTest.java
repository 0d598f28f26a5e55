package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.StoredTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TriggerRunsTest {
    private enum Format {
        CSV,
        JSON
    }

    private final Etl etl = Etl.inMemory();
    private final PipelineBuilder pipeline = Pipeline.named("rules");

    @AfterEach
    void close() {
        etl.close();
    }

    private TaskRef<?> failing(String id) {
        return pipeline.task(id).run(ctx -> {
            throw new IllegalStateException(id);
        });
    }

    private TaskRef<?> skipping(String id) {
        return pipeline.task(id).run(ctx -> {
            throw new TaskSkippedException("nothing to do");
        });
    }

    private TaskState state(RunReport run, TaskRef<?> task) {
        return run.task(task).state();
    }

    @Test
    void a_task_skips_itself_with_a_reason_and_what_follows_is_skipped_too() {
        TaskRef<?> skipped = skipping("skipped");
        TaskRef<?> below = pipeline.task("below").after(skipped).run(ctx -> {});
        TaskRef<?> belowThat = pipeline.task("below-that").after(below).run(ctx -> {});

        RunReport run = etl.run(pipeline.build());

        assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(state(run, skipped)).isEqualTo(TaskState.SKIPPED);
        assertThat(run.task(skipped).error().orElseThrow().message()).isEqualTo("nothing to do");
        assertThat(state(run, below)).isEqualTo(TaskState.SKIPPED);
        assertThat(state(run, belowThat)).isEqualTo(TaskState.SKIPPED);
    }

    @Test
    void a_skip_is_not_retried() {
        TaskRef<?> skipped = pipeline.task("skipped")
                .retry(RetryPolicy.attempts(5))
                .run(ctx -> {
                    throw new TaskSkippedException("nothing");
                });

        assertThat(etl.run(pipeline.build()).task(skipped).attempts()).isEqualTo(1);
    }

    @Test
    void a_branch_chooses_among_its_targets_and_a_join_goes_on() {
        Parameter<Format> format = pipeline.parameter("format", Format.class).required();
        TaskRef<Format> choose = pipeline.task("choose", Format.class).run(ctx -> ctx.get(format));
        TaskRef<String> csv =
                pipeline.task("csv", String.class).when(choose, Format.CSV).run(ctx -> "from csv");
        TaskRef<String> json =
                pipeline.task("json", String.class).when(choose, Format.JSON).run(ctx -> "from json");
        TaskRef<String> join = pipeline.task("join", String.class)
                .triggerRule(TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
                .after(csv, json)
                .run(ctx -> ctx.output(csv).or(() -> ctx.output(json)).orElse("none") + " " + ctx.state(csv) + " "
                        + ctx.state(json));

        RunReport run = etl.run(pipeline.build(), Arguments.of(format, Format.JSON));

        assertThat(state(run, csv)).isEqualTo(TaskState.SKIPPED);
        assertThat(run.output(join)).isEqualTo("from json SKIPPED SUCCEEDED");
        assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void a_target_of_two_values_of_a_branch_starts_for_either() {
        TaskRef<String> choose = pipeline.task("choose", String.class).run(ctx -> "b");
        TaskRef<?> both =
                pipeline.task("both").when(choose, "a").when(choose, "b").run(ctx -> {});
        TaskRef<?> neither = pipeline.task("neither").when(choose, "c", "d").run(ctx -> {});

        RunReport run = etl.run(pipeline.build());

        assertThat(state(run, both)).isEqualTo(TaskState.SUCCEEDED);
        assertThat(state(run, neither)).isEqualTo(TaskState.SKIPPED);
    }

    @Test
    void a_task_that_needs_one_success_does_not_wait_for_the_rest() {
        CountDownLatch asked = new CountDownLatch(1);
        TaskRef<?> quick = pipeline.task("quick").run(ctx -> {});
        TaskRef<Boolean> slow = pipeline.task("slow", Boolean.class).run(ctx -> {
            asked.await();
            return true;
        });
        TaskRef<Boolean> one = pipeline.task("one", Boolean.class)
                .triggerRule(TriggerRule.ONE_SUCCESS)
                .after(quick, slow)
                .run(ctx -> {
                    boolean early = ctx.output(slow).isEmpty();
                    asked.countDown();
                    return early;
                });

        assertThat(etl.run(pipeline.build()).output(one)).isTrue();
    }

    @Test
    void an_alarm_task_runs_when_one_has_failed_and_the_run_is_failed_all_the_same() {
        TaskRef<?> good = pipeline.task("good").run(ctx -> {});
        TaskRef<?> bad = failing("bad");
        TaskRef<?> alarm = pipeline.task("alarm")
                .triggerRule(TriggerRule.ONE_FAILED)
                .after(good, bad)
                .run(ctx -> {});

        RunReport run = etl.run(pipeline.build());

        assertThat(state(run, alarm)).isEqualTo(TaskState.SUCCEEDED);
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error().orElseThrow().message()).isEqualTo("bad");
    }

    @Test
    void a_teardown_runs_after_a_failure_and_does_not_hide_it() {
        TaskRef<String> setup = pipeline.task("setup", String.class).run(ctx -> "table_1");
        TaskRef<?> work = pipeline.task("work").from(setup).run((ctx, table) -> {
            throw new IllegalStateException("work failed");
        });
        TaskRef<?> more = pipeline.task("more").after(work).run(ctx -> {});
        List<String> dropped = Collections.synchronizedList(new ArrayList<>());
        TaskRef<?> teardown = pipeline.task("teardown")
                .teardownOf(setup)
                .after(more)
                .from(setup)
                .run((ctx, table) -> {
                    dropped.add(table);
                    throw new IllegalStateException("teardown failed");
                });

        RunReport run = etl.run(pipeline.build());

        assertThat(dropped).containsExactly("table_1");
        assertThat(state(run, teardown)).isEqualTo(TaskState.FAILED);
        assertThat(run.error().orElseThrow().message()).isEqualTo("work failed");
    }

    @Test
    void there_is_nothing_to_tear_down_after_a_setup_that_failed_or_was_skipped() {
        TaskRef<?> failed = failing("failed");
        TaskRef<?> skipped = skipping("skipped");
        TaskRef<?> first = pipeline.task("first").teardownOf(failed).run(ctx -> {});
        TaskRef<?> second = pipeline.task("second").teardownOf(skipped).run(ctx -> {});

        RunReport run = etl.run(pipeline.build());

        assertThat(state(run, first)).isEqualTo(TaskState.UPSTREAM_FAILED);
        assertThat(state(run, second)).isEqualTo(TaskState.SKIPPED);
    }

    @Test
    void teardown_and_final_tasks_have_their_turn_in_a_cancelled_run() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        TaskRef<?> setup = pipeline.task("setup").run(ctx -> {});
        TaskRef<?> work = pipeline.task("work").after(setup).run(ctx -> {
            running.countDown();
            new CountDownLatch(1).await();
        });
        TaskRef<?> never = pipeline.task("never").after(work).run(ctx -> {});
        TaskRef<?> teardown =
                pipeline.task("teardown").teardownOf(setup).after(never).run(ctx -> ctx.checkCancelled());
        TaskRef<?> last = pipeline.task("last").runsFinally().run(ctx -> ctx.checkCancelled());
        RunHandle handle = etl.submit(pipeline.build(), Arguments.none());
        running.await();

        handle.cancel();
        RunReport run = handle.await();

        assertThat(run.state()).isEqualTo(RunState.CANCELLED);
        assertThat(state(run, work)).isEqualTo(TaskState.CANCELLED);
        assertThat(state(run, never)).isEqualTo(TaskState.CANCELLED);
        assertThat(state(run, teardown)).isEqualTo(TaskState.SUCCEEDED);
        assertThat(state(run, last)).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void what_runs_finally_follows_everything_else() {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        pipeline.task("last").runsFinally().run(ctx -> order.add("last"));
        TaskRef<?> bad = failing("bad");
        pipeline.task("below").after(bad).run(ctx -> order.add("below"));
        pipeline.task("other").run(ctx -> order.add("other"));

        RunReport run = etl.run(pipeline.build());

        assertThat(order).containsExactly("other", "last");
        assertThat(run.state()).isEqualTo(RunState.FAILED);
    }

    @Test
    void a_run_that_misses_its_deadline_is_failed_and_cleans_up() {
        AtomicBoolean cleaned = new AtomicBoolean();
        pipeline.deadline(Duration.ofMillis(30));
        TaskRef<?> slow = pipeline.task("slow").run(ctx -> new CountDownLatch(1).await());
        pipeline.task("last").runsFinally().run(ctx -> cleaned.set(true));

        RunReport run = etl.run(pipeline.build());

        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error().orElseThrow().message()).contains("deadline of PT0.03S");
        assertThat(state(run, slow)).isEqualTo(TaskState.CANCELLED);
        assertThat(cleaned).isTrue();
        assertThatThrownBy(run::orThrow).hasCauseInstanceOf(RunDeadlineException.class);
    }

    @Test
    void a_resume_decides_anew_what_was_skipped_by_a_rule_but_not_what_skipped_itself() {
        AtomicInteger tries = new AtomicInteger();
        AtomicInteger skips = new AtomicInteger();
        TaskRef<?> flaky = pipeline.task("flaky").run(ctx -> {
            if (tries.incrementAndGet() == 1) {
                throw new IllegalStateException("the first time");
            }
            throw new TaskSkippedException("the second time");
        });
        TaskRef<?> own = pipeline.task("own").run(ctx -> {
            skips.incrementAndGet();
            throw new TaskSkippedException("nothing");
        });
        TaskRef<?> compensation = pipeline.task("compensation")
                .triggerRule(TriggerRule.ALL_SKIPPED)
                .after(flaky)
                .run(ctx -> {});
        Pipeline built = pipeline.build();
        RunReport first = etl.run(built);
        assertThat(state(first, compensation)).isEqualTo(TaskState.SKIPPED);

        RunReport second = etl.resume(first.id(), built).await();

        assertThat(state(second, flaky)).isEqualTo(TaskState.SKIPPED);
        assertThat(state(second, compensation)).isEqualTo(TaskState.SUCCEEDED);
        assertThat(state(second, own)).isEqualTo(TaskState.SKIPPED);
        assertThat(skips).hasValue(1);
        assertThat(second.state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void skips_spread_over_a_chain_of_any_length() {
        TaskRef<?> above = skipping("t0");
        for (int i = 1; i < 100_000; i++) {
            above = pipeline.task("t" + i).after(above).run(ctx -> {});
        }

        RunReport run = etl.run(pipeline.build());

        assertThat(run.tasks()).allMatch(task -> task.state() == TaskState.SKIPPED);
        assertThat(etl.store().tasks(run.id()))
                .hasSize(100_000)
                .extracting(StoredTask::state)
                .containsOnly(TaskState.SKIPPED);
    }

    @Test
    void the_output_of_a_task_that_is_not_upstream_is_refused() {
        TaskRef<Integer> other = pipeline.task("other", Integer.class).run(ctx -> 1);
        TaskRef<Optional<Integer>> curious = pipeline.task("curious", new GenericType<Optional<Integer>>() {})
                .run(ctx -> ctx.output(other));

        assertThat(etl.run(pipeline.build()).task(curious).error().orElseThrow().message())
                .isEqualTo("task 'other' is not a direct upstream task of 'curious'; declare after(other)");
    }

    @Test
    void declarations_that_cannot_work_are_refused_all_at_once() {
        TaskRef<Integer> number = pipeline.task("number", Integer.class).run(ctx -> 1);
        pipeline.task("unsure").triggerRule(TriggerRule.ALL_DONE).from(number).run((ctx, value) -> {});
        pipeline.task("chosen").when(number, 1).run(ctx -> {});
        TaskRef<?> last = pipeline.task("last").runsFinally().run(ctx -> {});
        pipeline.task("after-last").after(last).run(ctx -> {});
        pipeline.task("both").runsFinally().teardownOf(number).run(ctx -> {});

        assertThatThrownBy(pipeline::build)
                .isInstanceOf(PipelineInvalidException.class)
                .hasMessageContaining("'unsure' reads the output of 'number', which may not have succeeded")
                .hasMessageContaining("'number' cannot choose task 'chosen'")
                .hasMessageContaining("'after-last' depends on 'last', which runs finally")
                .hasMessageContaining("'both' is a teardown and runs finally");
    }
}
