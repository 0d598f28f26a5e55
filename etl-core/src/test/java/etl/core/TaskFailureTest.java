package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a task throws or does to its thread, the run goes on with the tasks beside it. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TaskFailureTest {
    private final Etl etl = Etl.builder().grace(Duration.ofMillis(50)).build();
    private final PipelineBuilder pipeline = Pipeline.named("orders").parallelism(1);

    @AfterEach
    void close() {
        etl.close();
    }

    private RunReport runBeside(Action action) {
        pipeline.task("bad").run(action);
        TaskRef<String> beside = pipeline.task("beside", String.class).run(ctx -> {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            return "fine";
        });

        RunReport run = etl.run(pipeline.build());

        assertThat(run.output(beside)).isEqualTo("fine");
        return run;
    }

    private static int endless(int depth) {
        return depth < 0 ? 0 : endless(depth + 1) + 1;
    }

    @Test
    void a_stack_that_overflows_is_a_failure() {
        RunReport run = runBeside(ctx -> endless(0));

        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error().orElseThrow().type()).isEqualTo("java.lang.StackOverflowError");
    }

    @Test
    void memory_that_runs_out_is_a_failure() {
        RunReport run = runBeside(ctx -> {
            throw new OutOfMemoryError("as planned");
        });

        assertThat(run.error().orElseThrow()).hasToString("java.lang.OutOfMemoryError: as planned");
    }

    @Test
    void a_class_that_cannot_be_loaded_is_a_failure() {
        assertThat(runBeside(ctx -> {
                            throw new NoClassDefFoundError("com/example/Missing");
                        })
                        .error()
                        .orElseThrow()
                        .message())
                .isEqualTo("com/example/Missing");
    }

    @Test
    void an_error_is_retried_as_the_policy_says() {
        TaskRef<Integer> flaky = pipeline.task("flaky", Integer.class)
                .retry(RetryPolicy.attempts(2))
                .run(ctx -> {
                    if (ctx.attempt() == 1) {
                        throw new AssertionError();
                    }
                    return ctx.attempt();
                });

        assertThat(etl.run(pipeline.build()).output(flaky)).isEqualTo(2);
    }

    @Test
    void a_predicate_that_throws_an_error_fails_the_task_and_not_the_run() {
        TaskRef<@Nullable Void> bad = pipeline.task("bad")
                .retry(RetryPolicy.attempts(9).retryIf(failure -> {
                    throw new AssertionError("predicate");
                }))
                .run(ctx -> {
                    throw new IllegalStateException("first");
                });

        RunReport run = etl.run(pipeline.build());

        assertThat(run.task(bad)).returns(TaskState.FAILED, TaskReport::state).returns(1, TaskReport::attempts);
        assertThat(run.error().orElseThrow().message()).isEqualTo("first");
        assertThat(run.error().orElseThrow().stack()).contains("Suppressed: java.lang.AssertionError: predicate");
    }

    @Test
    void an_interrupt_that_a_task_leaves_behind_does_not_hit_the_next_one() {
        assertThat(runBeside(ctx -> Thread.currentThread().interrupt()).state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void a_task_that_interrupts_itself_and_throws_is_an_ordinary_failure() {
        RunReport run = runBeside(ctx -> {
            throw new InterruptedException("by the task itself");
        });

        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error().orElseThrow()).hasToString("java.lang.InterruptedException: by the task itself");
    }

    @Test
    void a_failure_with_a_hundred_thousand_causes_is_a_failure() {
        RunReport run = runBeside(ctx -> {
            Exception failure = new IllegalStateException("innermost");
            for (int i = 0; i < 100_000; i++) {
                failure = new IllegalStateException("cause " + i, failure);
            }
            throw failure;
        });

        assertThat(run.error().orElseThrow().message()).isEqualTo("cause 99999");
    }

    @Test
    void a_thread_that_ignores_its_interrupt_is_given_up_and_its_place_is_taken() throws InterruptedException {
        AtomicBoolean release = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        TaskRef<@Nullable Void> stubborn = pipeline.task("stubborn")
                .timeout(Duration.ofMillis(10))
                .run(ctx -> {
                    while (!release.get()) {
                        Thread.onSpinWait();
                    }
                    ctx.rowsRead(1);
                    ended.countDown();
                });
        AtomicInteger others = new AtomicInteger();
        for (int i = 0; i < 5; i++) {
            pipeline.task("t" + i).run(ctx -> others.incrementAndGet());
        }

        RunReport run = etl.run(pipeline.build());
        release.set(true);
        ended.await();

        assertThat(others).hasValue(5);
        assertThat(run.task(stubborn).state()).isEqualTo(TaskState.FAILED);
        assertThat(etl.store().task(run.id(), "stubborn").orElseThrow().state()).isEqualTo(TaskState.FAILED);
    }

    @Test
    void a_task_can_see_that_it_is_to_end() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        TaskRef<@Nullable Void> polite = pipeline.task("polite").run(ctx -> {
            started.countDown();
            while (!ctx.isCancelled()) {
                Thread.onSpinWait();
            }
            ctx.checkCancelled();
        });
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();
        run.cancel();

        assertThat(run.await().task(polite).error().orElseThrow().type())
                .isEqualTo(TaskCancelledException.class.getName());
    }
}
