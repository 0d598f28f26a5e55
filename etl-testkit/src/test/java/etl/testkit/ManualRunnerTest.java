package etl.testkit;

import static etl.testkit.EtlAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.EngineAttempt;
import etl.core.Etl;
import etl.core.ExternalRuns;
import etl.core.GenericType;
import etl.core.InMemoryStateStore;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.RunDeadlineException;
import etl.core.RunHandle;
import etl.core.RunOptions;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskAbandonedException;
import etl.core.TaskBuilder;
import etl.core.TaskRef;
import etl.core.TaskState;
import etl.core.spi.EngineRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orchestrators without threads. */
@Timeout(120)
class ManualRunnerTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    private final ManualRunner runner = ManualRunner.create();
    private final PipelineBuilder orders = Pipeline.named("orders");

    @Test
    void tasks_are_executed_on_the_thread_that_waits() {
        Set<Thread> threads = new HashSet<>();
        for (int task = 0; task < 20; task++) {
            orders.task("t" + task)
                    .after(task < 10 ? new String[0] : new String[] {"t" + (19 - task)})
                    .run(ctx -> threads.add(Thread.currentThread()));
        }
        try (Etl etl = runner.builder().build()) {
            assertThat(etl.run(orders.build())).hasSucceeded();
        }

        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void a_chain_and_a_list_of_100_000_need_neither_stack_nor_time() {
        TaskRef<Integer> last = orders.task("first", Integer.class).run(ctx -> 0);
        for (int task = 0; task < 100_000; task++) {
            last = orders.task("t" + task, Integer.class).from(last).run((ctx, number) -> number + 1);
        }
        TaskRef<List<Integer>> numbers = orders.task("numbers", new GenericType<List<Integer>>() {})
                .run(ctx -> IntStream.range(0, 100_000).boxed().toList());
        TaskRef<List<Integer>> mapped =
                orders.task("mapped", Integer.class).mapOver(numbers).run((ctx, number) -> number);
        try (Etl etl = runner.builder().build()) {
            RunReport run = etl.run(orders.build());

            assertThat(run.output(last)).isEqualTo(100_000);
            assertThat(run.output(mapped)).hasSize(100_000);
        }
    }

    @Test
    void a_hundred_thousand_tasks_below_a_failure_are_settled() {
        TaskRef<Integer> last = orders.task("first", Integer.class).run(ctx -> {
            throw new IllegalStateException("as planned");
        });
        for (int task = 0; task < 100_000; task++) {
            last = orders.task("t" + task, Integer.class).from(last).run((ctx, number) -> number + 1);
        }
        try (Etl etl = runner.builder().build()) {
            assertThat(etl.run(orders.build())).hasFailed().task(last).hasState(TaskState.UPSTREAM_FAILED);
        }
    }

    @Test
    void time_jumps_only_when_nothing_is_left_to_do() {
        List<String> executed = new ArrayList<>();
        TaskRef<@Nullable Void> flaky = orders.task("flaky")
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofDays(1)))
                .run(ctx -> {
                    executed.add("flaky at " + runner.time().instant());
                    if (ctx.attempt() == 1) {
                        throw new IllegalStateException("as planned");
                    }
                });
        TaskRef<@Nullable Void> quick = orders.task("quick")
                .run(ctx -> executed.add("quick at " + runner.time().instant()));
        orders.task("next")
                .after(quick)
                .run(ctx -> executed.add("next at " + runner.time().instant()));
        try (Etl etl = runner.builder().build()) {
            assertThat(etl.run(orders.build()))
                    .hasSucceeded()
                    .took(Duration.ofDays(1))
                    .task(flaky)
                    .hasAttempts(2);
        }

        assertThat(executed)
                .containsExactly(
                        "flaky at 2001-01-01T00:00:00Z",
                        "quick at 2001-01-01T00:00:00Z",
                        "next at 2001-01-01T00:00:00Z",
                        "flaky at 2001-01-02T00:00:00Z");
    }

    @Test
    void a_run_that_ends_after_its_deadline_has_failed_even_if_every_task_has_succeeded() {
        orders.deadline(Duration.ofMinutes(1));
        TaskRef<?> slow = orders.task("slow").run(ctx -> runner.time().advance(Duration.ofSeconds(61)));
        Pipeline pipeline = orders.build();
        try (Etl etl = runner.builder().build()) {
            RunReport late = etl.run(pipeline);

            assertThat(late)
                    .hasFailedWith(RunDeadlineException.class)
                    .task(slow)
                    .hasState(TaskState.SUCCEEDED);
            assertThat(etl.resume(late.id(), pipeline).await()).hasSucceeded();
        }
    }

    @Test
    void a_task_that_takes_longer_than_the_deadline_and_the_grace_period_is_abandoned() {
        orders.deadline(Duration.ofMinutes(1));
        TaskRef<?> slow = orders.task("slow").run(ctx -> runner.time().advance(Duration.ofMinutes(2)));
        try (Etl etl = runner.builder().build()) {
            assertThat(etl.run(orders.build()))
                    .hasFailedWith(RunDeadlineException.class)
                    .task(slow)
                    .hasState(TaskState.CANCELLED);
        }
    }

    @Test
    void a_wait_with_a_limit_is_over_by_the_clock_of_the_test() throws InterruptedException {
        orders.task("flaky")
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofMinutes(5)))
                .run(ctx -> {
                    if (ctx.attempt() == 1) {
                        throw new IllegalStateException("as planned");
                    }
                });
        try (Etl etl = runner.builder().build()) {
            RunHandle run = etl.submit(orders.build(), Arguments.none());

            assertThat(run.await(Duration.ofMinutes(5).minusNanos(1))).isEmpty();
            assertThat(run.await(Duration.ofNanos(1))).isPresent();
        }
    }

    @Test
    void a_thousand_tasks_run_pipelines_although_there_is_one_slot() {
        runPipelines(1_000, RetryPolicy.attempts(1), false);
    }

    @Test
    void a_thousand_tasks_run_pipelines_that_retry() {
        runPipelines(1_000, RetryPolicy.attempts(2).fixed(Duration.ofMinutes(1)), false);
    }

    @Test
    void tasks_run_pipelines_that_retry_and_need_the_slot_of_a_pool_which_they_hold_themselves() {
        runPipelines(20, RetryPolicy.attempts(2).fixed(Duration.ofMinutes(1)), true);
    }

    private void runPipelines(int tasks, RetryPolicy policy, boolean inPool) {
        PipelineBuilder inner = Pipeline.named("inner");
        TaskBuilder<Integer> innerTask = inner.task("value", Integer.class).retry(policy);
        TaskRef<Integer> value = (inPool ? innerTask.pool("scarce") : innerTask).run(ctx -> {
            if (ctx.attempt() < policy.maxAttempts()) {
                throw new IllegalStateException("as planned");
            }
            return 1;
        });
        Pipeline innerPipeline = inner.build();
        AtomicReference<Etl> etl = new AtomicReference<>();
        List<TaskRef<Integer>> outer = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            TaskBuilder<Integer> outerTask = orders.task("t" + task, Integer.class);
            outer.add((inPool ? outerTask.pool("scarce") : outerTask)
                    .run(ctx -> etl.get().run(innerPipeline).output(value)));
        }
        TaskRef<Integer> sum = orders.task("sum", Integer.class)
                .fromAll(outer)
                .run((ctx, all) -> all.stream().mapToInt(Integer::intValue).sum());
        try (Etl opened = runner.builder().parallelism(1).pool("scarce", 1).build()) {
            etl.set(opened);

            assertThat(opened.run(orders.build())).hasSucceeded().output(sum).isEqualTo(tasks);
        }
    }

    @Test
    void runs_within_runs_within_runs() {
        AtomicReference<Etl> etl = new AtomicReference<>();
        AtomicReference<Pipeline> itself = new AtomicReference<>();
        AtomicInteger executions = new AtomicInteger();
        Parameter<Integer> depth = orders.parameter("depth", Integer.class).required();
        orders.task("count").run(ctx -> {
            executions.incrementAndGet();
            if (ctx.get(depth) > 1) {
                etl.get()
                        .run(itself.get(), Arguments.of(depth, ctx.get(depth) - 1))
                        .orThrow();
            }
        });
        itself.set(orders.build());
        try (Etl opened = runner.builder().build()) {
            etl.set(opened);

            assertThat(opened.run(itself.get(), Arguments.of(depth, 100))).hasSucceeded();
        }
        assertThat(executions).hasValue(100);
    }

    @Test
    void a_run_can_be_cancelled_from_inside_a_task() {
        AtomicReference<RunHandle> run = new AtomicReference<>();
        TaskRef<@Nullable Void> cancels = orders.task("cancels").run(ctx -> {
            run.get().cancel();
            assertThat(ctx.isCancelled()).isTrue();
            ctx.checkCancelled();
        });
        TaskRef<@Nullable Void> beside = orders.task("beside").run(ctx -> {});
        TaskRef<@Nullable Void> below = orders.task("below").after(cancels).run(ctx -> {});
        TaskRef<@Nullable Void> last = orders.task("last").runsFinally().run(ctx -> {});
        try (Etl etl = runner.builder().build()) {
            run.set(etl.submit(orders.build(), Arguments.none()));

            assertThat(run.get().await())
                    .wasCancelled()
                    .task(cancels)
                    .hasState(TaskState.CANCELLED)
                    .task(beside)
                    .hasState(TaskState.CANCELLED)
                    .task(below)
                    .hasState(TaskState.CANCELLED)
                    .task(last)
                    .hasSucceeded();
        }
    }

    @Test
    void code_that_ignores_its_timeout_is_abandoned_although_its_thread_goes_on() {
        TaskRef<@Nullable Void> stubborn = orders.task("stubborn")
                .timeout(Duration.ofMinutes(1))
                .run(ctx -> runner.time().advance(Duration.ofMinutes(2)));
        TaskRef<@Nullable Void> other = orders.task("other").run(ctx -> {});
        try (Etl etl = runner.builder().parallelism(1).build()) {
            assertThat(etl.run(orders.build()))
                    .hasFailedWith(TaskAbandonedException.class)
                    .task(stubborn)
                    .hasFailedWith(TaskAbandonedException.class)
                    .task(other)
                    .hasSucceeded();
        }
    }

    @Test
    void an_orchestrator_that_is_closed_in_the_middle_stops_its_runs_and_not_those_of_another_one() {
        orders.task("flaky")
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofMinutes(5)))
                .run(ctx -> {
                    if (ctx.attempt() == 1) {
                        throw new IllegalStateException("as planned");
                    }
                });
        Pipeline pipeline = orders.build();
        InMemoryStateStore store = InMemoryStateStore.create();
        try (Etl two = runner.builder(store).build()) {
            RunHandle stopped;
            RunHandle other;
            try (Etl one = runner.builder(store).build()) {
                stopped = one.submit(pipeline, Arguments.none());
                other = two.submit(pipeline, Arguments.none());
                runner.runDue();
            }

            assertThatThrownBy(stopped::await).hasMessageContaining("was stopped: shutdown");
            assertThat(other.await()).hasSucceeded();
            assertThat(two.resume(stopped.id(), pipeline).await()).hasSucceeded();
        }
    }

    @Test
    void one_run_key_starts_one_run_in_two_orchestrators_on_one_store() {
        AtomicInteger executions = new AtomicInteger();
        orders.task("once").run(ctx -> executions.incrementAndGet());
        Pipeline pipeline = orders.build();
        RunOptions key = RunOptions.none().key("2001-01-01");
        InMemoryStateStore store = InMemoryStateStore.create();
        try (Etl one = runner.builder(store).build();
                Etl two = runner.builder(store).build()) {
            RunHandle first = one.submit(pipeline, Arguments.none(), key);
            RunHandle second = two.submit(pipeline, Arguments.none(), key);

            assertThat(second.isExisting()).isTrue();
            assertThat(second.await()).hasSucceeded();
            assertThat(first.await()).hasSucceeded();
        }
        assertThat(executions).hasValue(1);
    }

    @Test
    void attempts_of_an_engine_are_executed_by_the_thread_that_asks_for_them() {
        Thread test = Thread.currentThread();
        orders.task("a", Boolean.class).run(ctx -> Thread.currentThread().equals(test));
        Pipeline pipeline = orders.build();
        try (Etl etl = runner.builder().build()) {
            ExternalRuns external = etl.external();
            EngineAttempt attempt = external.attempt(
                    pipeline, external.begin(pipeline, Arguments.none(), new EngineRun("luigi", "1")), "a", 0);

            assertThat(attempt.output()).isEqualTo(true);
        }
    }

    @Test
    void another_thread_may_wait_for_another_run() throws Exception {
        CountDownLatch submitted = new CountDownLatch(1);
        orders.task("a").run(ctx -> submitted.await());
        PipelineBuilder others = Pipeline.named("others");
        others.task("b").run(ctx -> {});
        Pipeline other = others.build();
        try (Etl etl = runner.builder().build()) {
            RunHandle run = etl.submit(orders.build(), Arguments.none());
            CompletableFuture<RunReport> elsewhere = CompletableFuture.supplyAsync(() -> {
                RunHandle second = etl.submit(other, Arguments.none());
                submitted.countDown();
                return second.await();
            });

            assertThat(run.await()).hasSucceeded();
            assertThat(elsewhere.get()).hasSucceeded();
        }
    }

    @Test
    void a_task_that_waits_for_another_one_is_interrupted_and_shown() {
        CountDownLatch never = new CountDownLatch(1);
        orders.task("waits").run(ctx -> never.await());
        orders.task("would-release").run(ctx -> never.countDown());
        try (Etl etl = ManualRunner.create(SHORT).builder().build()) {
            RunHandle run = etl.submit(orders.build(), Arguments.none());

            assertThatThrownBy(run::await)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("all tasks are executed by one thread")
                    .hasStackTraceContaining("a_task_that_waits_for_another_one_is_interrupted_and_shown");
        }
    }

    @Test
    void a_task_that_waits_for_its_own_run_is_a_fault_and_no_hang() {
        AtomicReference<RunHandle> run = new AtomicReference<>();
        orders.task("waits").run(ctx -> run.get().await());
        try (Etl etl = ManualRunner.create(SHORT).builder().build()) {
            run.set(etl.submit(orders.build(), Arguments.none()));
            RunReport report = run.get().await();

            assertThat(report.state()).isEqualTo(RunState.FAILED);
            assertThat(report.error().orElseThrow().message())
                    .contains("cannot end: no task is ready, no alarm is set, and no other thread");
        }
    }

    @Test
    void no_patience_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ManualRunner.create(Duration.ZERO))
                .withMessage("patience is PT0S and must be positive");
    }
}
