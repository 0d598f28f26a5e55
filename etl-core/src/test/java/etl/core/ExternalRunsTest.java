package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.EngineRun;
import etl.core.spi.RunListener;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredAttempt;
import etl.core.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExternalRunsTest {
    private static final EngineRun ENGINE_RUN = new EngineRun("airflow", "manual__2001-01-01");

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final Etl etl = Etl.builder()
            .grace(Duration.ofMillis(50))
            .listener(new RunListener() {
                @Override
                public boolean synchronous() {
                    return true;
                }

                @Override
                public void onRunStarted(RunStarted event) {
                    told.add("run started");
                }

                @Override
                public void onTaskStarted(TaskStarted event) {
                    told.add(event.taskId() + " " + event.attempt() + " started");
                }

                @Override
                public void onTaskRetrying(TaskRetrying event) {
                    told.add(event.taskId() + " " + event.attempt() + " retrying in " + event.delay());
                }

                @Override
                public void onTaskEnded(TaskEnded event) {
                    told.add(event.taskId() + " " + event.attempt() + " " + event.state());
                }

                @Override
                public void onRunEnded(RunEnded event) {
                    told.add("run " + event.state());
                }
            })
            .build();
    private final ExternalRuns external = etl.external();
    private final PipelineBuilder declaration = Pipeline.named("orders");
    private final AtomicInteger executions = new AtomicInteger();

    @AfterEach
    void close() {
        etl.close();
    }

    private List<TaskState> attempts(RunId run, String task) {
        return etl.store().task(run, task).orElseThrow().attempts().stream()
                .map(StoredAttempt::state)
                .toList();
    }

    private Pipeline chain() {
        TaskRef<String> first = declaration
                .task("first", String.class)
                .retry(RetryPolicy.attempts(3).fixed(Duration.ofSeconds(7)))
                .run(ctx -> {
                    executions.incrementAndGet();
                    if (ctx.attempt() == 1) {
                        throw new IllegalStateException("attempt 1");
                    }
                    return "attempt " + ctx.attempt();
                });
        declaration.task("second", String.class).from(first).run((ctx, given) -> "given " + given);
        return declaration.build();
    }

    @Test
    void attempts_are_numbered_and_recorded_like_those_of_a_local_run() {
        Pipeline pipeline = chain();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);

        EngineAttempt failed = external.attempt(pipeline, run, "first", 0);
        EngineAttempt succeeded = external.attempt(pipeline, run, "first", 0);
        EngineAttempt second = external.attempt(pipeline, run, "second", 0);
        RunReport report = external.finish(pipeline, run);

        assertThat(failed)
                .returns(TaskState.RETRYING, EngineAttempt::state)
                .returns(1, EngineAttempt::attempt)
                .returns(Duration.ofSeconds(7), EngineAttempt::retryAfter)
                .returns(false, EngineAttempt::timedOut)
                .satisfies(attempt ->
                        assertThat(attempt.error().orElseThrow().message()).isEqualTo("attempt 1"));
        assertThat(succeeded).returns(2, EngineAttempt::attempt).returns("attempt 2", EngineAttempt::output);
        assertThat(second).returns(1, EngineAttempt::attempt).returns("given attempt 2", EngineAttempt::output);
        assertThat(report.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(attempts(run, "first")).containsExactly(TaskState.RETRYING, TaskState.SUCCEEDED);
        assertThat(told)
                .containsExactly(
                        "run started",
                        "first 1 started",
                        "first 1 retrying in PT7S",
                        "first 2 started",
                        "first 2 SUCCEEDED",
                        "second 1 started",
                        "second 1 SUCCEEDED",
                        "run SUCCEEDED");
    }

    @Test
    void an_engine_may_number_the_attempts_with_gaps() {
        Pipeline pipeline = chain();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);

        assertThat(external.attempt(pipeline, run, "first", 1).state()).isEqualTo(TaskState.RETRYING);
        assertThat(external.attempt(pipeline, run, "first", 5))
                .returns(TaskState.SUCCEEDED, EngineAttempt::state)
                .returns(5, EngineAttempt::attempt);
        assertThat(etl.store().task(run, "first").orElseThrow().attempt()).isEqualTo(5);
    }

    @Test
    void a_number_that_was_used_before_is_refused_and_nothing_is_executed() {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        declaration.task("slow").run(ctx -> {
            executions.incrementAndGet();
            started.countDown();
            goOn.await();
        });
        Pipeline pipeline = declaration.build();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        CompletableFuture<EngineAttempt> running =
                CompletableFuture.supplyAsync(() -> external.attempt(pipeline, run, "slow", 2));
        awaitLatch(started);

        for (int used : new int[] {1, 2}) {
            assertThatThrownBy(() -> external.attempt(pipeline, run, "slow", used))
                    .isInstanceOf(StaleWriteException.class);
        }
        goOn.countDown();

        assertThat(running.join().state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(executions).hasValue(1);
    }

    static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }

    @Test
    void an_attempt_whose_task_was_taken_over_cannot_record_its_end() {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        declaration.task("slow", String.class).run(ctx -> {
            if (ctx.attempt() == 1) {
                started.countDown();
                goOn.await();
            }
            return "attempt " + ctx.attempt();
        });
        Pipeline pipeline = declaration.build();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        CompletableFuture<EngineAttempt> zombie =
                CompletableFuture.supplyAsync(() -> external.attempt(pipeline, run, "slow", 1));
        awaitLatch(started);

        EngineAttempt second = external.attempt(pipeline, run, "slow", 2);
        goOn.countDown();

        assertThatThrownBy(zombie::join).hasCauseInstanceOf(StaleWriteException.class);
        assertThat(second.output()).isEqualTo("attempt 2");
        assertThat(attempts(run, "slow")).containsExactly(TaskState.FAILED, TaskState.SUCCEEDED);
        assertThat(etl.store().output(run, "slow", String.class)).isEqualTo("attempt 2");
        assertThat(told).doesNotContain("slow 1 SUCCEEDED").contains("slow 2 SUCCEEDED");
    }

    @Test
    void a_task_that_has_succeeded_is_not_executed_again() {
        Pipeline pipeline = chain();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        external.attempt(pipeline, run, "first", 2);

        EngineAttempt again = external.attempt(pipeline, run, "first", 3);

        assertThat(again)
                .returns(TaskState.SUCCEEDED, EngineAttempt::state)
                .returns(2, EngineAttempt::attempt)
                .returns("attempt 2", EngineAttempt::output);
        assertThat(executions).hasValue(1);
    }

    @Test
    void a_task_does_not_start_without_the_output_of_its_upstream_task() {
        Pipeline pipeline = chain();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);

        assertThatThrownBy(() -> external.attempt(pipeline, run, "second", 1))
                .isInstanceOf(StateStoreException.class)
                .hasMessageContaining("'first'");
        assertThat(etl.store().task(run, "second")).isEmpty();
    }

    @Test
    void beginning_again_is_the_same_run() {
        Pipeline pipeline = chain();

        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        RunId again = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        RunId other = external.begin(pipeline, Arguments.none(), new EngineRun("airflow", "manual__2001-01-02"));

        assertThat(again).isEqualTo(run).isNotEqualTo(other);
        assertThat(etl.store().recent(10)).hasSize(2);
        assertThat(told).containsExactly("run started", "run started");
        assertThat(etl.store().find(run).orElseThrow())
                .satisfies(stored -> assertThat(stored.state()).isEqualTo(RunState.RUNNING))
                .satisfies(stored -> assertThat(stored.definition().engineRun()).isEqualTo(ENGINE_RUN));
    }

    @Test
    void finishing_settles_what_the_engine_left_undone() {
        declaration.task("a").run(ctx -> {
            throw new IllegalStateException("broken");
        });
        declaration.task("b").after("a").run(ctx -> {});
        declaration.task("c").after("b").run(ctx -> {});
        declaration.task("beside").run(ctx -> {});
        Pipeline pipeline = declaration.build();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        external.attempt(pipeline, run, "a", 0);

        RunReport report = external.finish(pipeline, run);

        assertThat(report.state()).isEqualTo(RunState.FAILED);
        assertThat(report.error().orElseThrow().message()).isEqualTo("broken");
        assertThat(report.tasks())
                .extracting(TaskReport::state)
                .containsExactly(
                        TaskState.FAILED, TaskState.UPSTREAM_FAILED, TaskState.UPSTREAM_FAILED, TaskState.CANCELLED);
        assertThat(told)
                .containsOnlyOnce("b 0 UPSTREAM_FAILED", "c 0 UPSTREAM_FAILED", "beside 0 CANCELLED")
                .containsSubsequence("b 0 UPSTREAM_FAILED", "c 0 UPSTREAM_FAILED", "run FAILED")
                .endsWith("run FAILED");
    }

    @Test
    void finishing_twice_changes_and_tells_nothing() {
        Pipeline pipeline = chain();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        RunReport first = external.finish(pipeline, run);
        List<String> toldBefore = List.copyOf(told);

        RunReport second = external.finish(pipeline, run);

        assertThat(second.state()).isEqualTo(first.state()).isEqualTo(RunState.CANCELLED);
        assertThat(told).isEqualTo(toldBefore);
    }

    @Test
    void a_task_that_waits_for_its_retry_when_the_run_is_finished_has_failed() {
        Pipeline pipeline = chain();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        external.attempt(pipeline, run, "first", 1);

        RunReport report = external.finish(pipeline, run);

        assertThat(report.state()).isEqualTo(RunState.FAILED);
        assertThat(report.error().orElseThrow().message()).isEqualTo("attempt 1");
        assertThat(etl.store().task(run, "first").orElseThrow().state()).isEqualTo(TaskState.FAILED);
    }

    @Test
    void a_failed_run_is_opened_again_by_the_next_attempt() {
        Pipeline pipeline = chain();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        external.attempt(pipeline, run, "first", 1);
        external.finish(pipeline, run);

        external.attempt(pipeline, run, "first", 2);
        external.attempt(pipeline, run, "second", 1);

        assertThat(external.finish(pipeline, run).state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void a_changed_pipeline_an_unknown_run_and_an_unknown_task_are_refused() {
        Pipeline pipeline = chain();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        declaration.task("third").run(ctx -> {});
        Pipeline changed = declaration.build();

        assertThatThrownBy(() -> external.begin(changed, Arguments.none(), ENGINE_RUN))
                .isInstanceOf(ResumeRefusedException.class);
        assertThatThrownBy(() -> external.attempt(changed, run, "first", 0)).isInstanceOf(ResumeRefusedException.class);
        assertThatThrownBy(() -> external.finish(changed, run)).isInstanceOf(ResumeRefusedException.class);
        assertThatThrownBy(() -> external.attempt(pipeline, RunId.random(), "first", 0))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("begin it first");
        assertThatThrownBy(() -> external.attempt(pipeline, run, "third", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pipeline 'orders' has no task 'third'");
        assertThat(executions).hasValue(0);
    }

    @Test
    void an_attempt_that_exceeds_its_timeout_says_so() {
        declaration.task("slow").timeout(Duration.ofMillis(20)).run(ctx -> new CountDownLatch(1).await());
        Pipeline pipeline = declaration.build();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);

        assertThat(external.attempt(pipeline, run, "slow", 0))
                .returns(TaskState.FAILED, EngineAttempt::state)
                .returns(true, EngineAttempt::timedOut);
    }

    @Test
    void an_attempt_that_ignores_its_interruption_is_abandoned() {
        CountDownLatch release = new CountDownLatch(1);
        declaration
                .task("stubborn")
                .timeout(Duration.ofMillis(10))
                .retry(RetryPolicy.attempts(5))
                .run(ctx -> {
                    while (release.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                });
        Pipeline pipeline = declaration.build();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);

        EngineAttempt attempt = external.attempt(pipeline, run, "stubborn", 0);
        release.countDown();

        assertThat(attempt.state()).isEqualTo(TaskState.FAILED);
        assertThat(attempt.error().orElseThrow().type()).isEqualTo(TaskAbandonedException.class.getName());
    }

    @Test
    void interrupting_the_waiting_thread_cancels_the_attempt() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        declaration.task("slow").retry(RetryPolicy.attempts(5)).run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        Pipeline pipeline = declaration.build();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);
        CompletableFuture<EngineAttempt> result = new CompletableFuture<>();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread engine = new Thread(() -> {
            result.complete(external.attempt(pipeline, run, "slow", 0));
            flag.complete(Thread.interrupted());
        });
        engine.start();
        started.await();
        engine.interrupt();

        assertThat(result.join().state()).isEqualTo(TaskState.CANCELLED);
        assertThat(flag.join()).isTrue();
    }

    @Test
    void an_interrupt_before_the_attempt_has_begun_is_not_lost() {
        declaration.task("slow").run(ctx -> new CountDownLatch(1).await());
        Pipeline pipeline = declaration.build();
        Thread caller = Thread.currentThread();
        Time lateForWorkers = new TimeDouble() {
            @Override
            public Instant instant() {
                while (Thread.currentThread() != caller
                        && (caller.isInterrupted() || caller.getState() != Thread.State.WAITING)) {
                    Thread.onSpinWait();
                }
                return super.instant();
            }
        };
        try (Etl late = Etl.builder().time(lateForWorkers).build()) {
            RunId run = late.external().begin(pipeline, Arguments.none(), ENGINE_RUN);
            caller.interrupt();

            EngineAttempt attempt = late.external().attempt(pipeline, run, "slow", 0);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(attempt.state()).isEqualTo(TaskState.CANCELLED);
        }
    }

    @Test
    void an_error_in_a_task_is_a_failure_like_any_other() {
        declaration.task("greedy").run(ctx -> {
            throw new OutOfMemoryError("as planned");
        });
        Pipeline pipeline = declaration.build();
        RunId run = external.begin(pipeline, Arguments.none(), ENGINE_RUN);

        assertThat(external.attempt(pipeline, run, "greedy", 0))
                .returns(TaskState.FAILED, EngineAttempt::state)
                .satisfies(attempt -> assertThat(attempt.error().orElseThrow())
                        .hasToString("java.lang.OutOfMemoryError: as planned"));
    }
}
