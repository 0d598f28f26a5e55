package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunListener;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EtlTest {
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private final PipelineBuilder pipeline = Pipeline.named("orders");
    private final Etl etl = Etl.builder().grace(Duration.ofMillis(50)).build();

    @AfterEach
    void close() {
        etl.close();
    }

    @Test
    void outputs_reach_the_tasks_downstream_with_their_types() {
        TaskRef<Integer> one = pipeline.task("one", Integer.class).run(ctx -> 1);
        TaskRef<String> two = pipeline.task("two", String.class).from(one).run((ctx, n) -> "n=" + n);
        TaskRef<List<String>> all = pipeline.task("all", new GenericType<List<String>>() {})
                .from(one, two)
                .run((ctx, n, text) -> List.of(text, String.valueOf(n)));
        TaskRef<Integer> size =
                pipeline.task("size", Integer.class).fromAll(List.of(all, all)).run((ctx, lists) -> lists.size());

        RunReport run = etl.run(pipeline.build()).orThrow();

        assertThat(run.output(all)).containsExactly("n=1", "1");
        assertThat(run.output(size)).isEqualTo(2);
        assertThat(run.task(two).attempts()).isEqualTo(1);
    }

    @Test
    void arguments_are_typed_and_have_defaults() {
        Parameter<LocalDate> day = pipeline.parameter("day", LocalDate.class).required();
        Parameter<Integer> limit = pipeline.parameter("limit", Integer.class).optional(7);
        TaskRef<String> task = pipeline.task("t", String.class).run(ctx -> ctx.get(day) + "/" + ctx.get(limit));

        RunReport run = etl.run(pipeline.build(), Arguments.of(day, LocalDate.of(2001, 1, 1)));

        assertThat(run.output(task)).isEqualTo("2001-01-01/7");
        assertThatThrownBy(() -> etl.run(pipeline.build()))
                .isInstanceOf(ArgumentsInvalidException.class)
                .hasMessageContaining("'day' is required: a date such as 2001-01-31");
    }

    @Test
    void independent_tasks_run_at_the_same_time() {
        CyclicBarrier together = new CyclicBarrier(3);
        for (int i = 0; i < 3; i++) {
            pipeline.task("t" + i).run(ctx -> together.await(30, TimeUnit.SECONDS));
        }

        assertThat(etl.run(pipeline.build()).state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void the_pipelines_parallelism_is_a_limit() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        for (int i = 0; i < 50; i++) {
            pipeline.task("t" + i).run(ctx -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                running.decrementAndGet();
            });
        }

        etl.run(pipeline.parallelism(2).build()).orThrow();

        assertThat(most.get()).isBetween(1, 2);
    }

    @Test
    void a_failure_stops_what_is_downstream_and_nothing_else() {
        TaskRef<String> bad = pipeline.task("bad", String.class).run(ctx -> {
            throw new IllegalStateException("no such file");
        });
        TaskRef<String> below = pipeline.task("below", String.class).from(bad).run((ctx, x) -> x);
        TaskRef<String> farBelow =
                pipeline.task("far", String.class).from(below).run((ctx, x) -> x);
        TaskRef<String> beside = pipeline.task("beside", String.class).run(ctx -> "fine");

        RunReport run = etl.run(pipeline.build());

        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.task(below).state()).isEqualTo(TaskState.UPSTREAM_FAILED);
        assertThat(run.task(farBelow).state()).isEqualTo(TaskState.UPSTREAM_FAILED);
        assertThat(run.output(beside)).isEqualTo("fine");
        assertThatThrownBy(() -> run.output(bad)).hasRootCauseMessage("no such file");
        assertThatThrownBy(run::orThrow)
                .isInstanceOf(RunFailedException.class)
                .hasMessageContaining("task 'bad' failed with java.lang.IllegalStateException: no such file");
    }

    @Test
    void an_attempt_that_fails_is_retried() {
        TaskRef<Integer> flaky = pipeline.task("flaky", Integer.class)
                .retry(RetryPolicy.attempts(3).fixed(Duration.ofMillis(1)))
                .run(ctx -> {
                    if (ctx.attempt() < 3) {
                        throw new IllegalStateException("attempt " + ctx.attempt());
                    }
                    return ctx.attempt();
                });

        RunReport run = etl.run(pipeline.build());

        assertThat(run.output(flaky)).isEqualTo(3);
        assertThat(etl.store().tasks(run.id()).get(0).attempts())
                .extracting(attempt -> attempt.state())
                .containsExactly(TaskState.RETRYING, TaskState.RETRYING, TaskState.SUCCEEDED);
    }

    @Test
    void an_attempt_that_takes_too_long_is_interrupted_and_retried() {
        CountDownLatch never = new CountDownLatch(1);
        TaskRef<Integer> slow = pipeline.task("slow", Integer.class)
                .timeout(Duration.ofMillis(20))
                .retry(RetryPolicy.attempts(2))
                .run(ctx -> {
                    if (ctx.attempt() == 1) {
                        never.await();
                    }
                    return ctx.attempt();
                });

        assertThat(etl.run(pipeline.build()).output(slow)).isEqualTo(2);
    }

    @Test
    void an_attempt_that_ignores_its_interruption_is_abandoned_and_not_retried() {
        CountDownLatch release = new CountDownLatch(1);
        TaskRef<String> stubborn = pipeline.task("stubborn", String.class)
                .timeout(Duration.ofMillis(10))
                .retry(RetryPolicy.attempts(5))
                .run(ctx -> {
                    awaitIgnoringInterrupts(release);
                    return "late";
                });

        RunReport run = etl.run(pipeline.parallelism(1).build());
        release.countDown();

        assertThat(run.task(stubborn))
                .returns(TaskState.FAILED, TaskReport::state)
                .returns(1, TaskReport::attempts)
                .satisfies(task -> assertThat(task.error().orElseThrow().type())
                        .isEqualTo(TaskAbandonedException.class.getName()));
    }

    private static void awaitIgnoringInterrupts(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException ignored) {
                assertThat(latch.getCount()).isEqualTo(1);
            }
        }
    }

    @Test
    void a_cancelled_run_interrupts_what_runs_and_starts_nothing_more() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        TaskRef<String> running = pipeline.task("running", String.class).run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
            return "";
        });
        TaskRef<String> next = pipeline.task("next", String.class).from(running).run((ctx, x) -> x);

        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();
        run.cancel();
        RunReport report = run.await();

        assertThat(report.state()).isEqualTo(RunState.CANCELLED);
        assertThat(report.task(running).state()).isEqualTo(TaskState.CANCELLED);
        assertThat(report.task(next).state()).isEqualTo(TaskState.CANCELLED);
    }

    @Test
    void a_resumed_run_does_not_repeat_what_succeeded() {
        AtomicInteger fail = new AtomicInteger(1);
        TaskRef<String> first = pipeline.task("first", String.class).run(ctx -> {
            log.add("first");
            return "kept";
        });
        TaskRef<String> second = pipeline.task("second", String.class)
                .from(first)
                .run((ctx, x) -> {
                    log.add("second");
                    if (fail.getAndDecrement() > 0) {
                        throw new IllegalStateException("once");
                    }
                    return x + "!";
                });
        TaskRef<String> third =
                pipeline.task("third", String.class).from(second).run((ctx, x) -> x + "!");
        Pipeline built = pipeline.build();

        RunReport failed = etl.run(built);
        RunReport resumed = etl.resume(failed.id(), built).await();

        assertThat(failed.state()).isEqualTo(RunState.FAILED);
        assertThat(resumed.output(third)).isEqualTo("kept!!");
        assertThat(resumed.task(second).attempts()).isEqualTo(2);
        assertThat(log).containsExactly("first", "second", "second");
        assertThatThrownBy(() -> etl.resume(failed.id(), built)).hasMessageContaining("nothing to resume");
    }

    @Test
    void a_changed_pipeline_is_not_resumed() {
        pipeline.task("a").run(ctx -> {
            throw new IllegalStateException();
        });
        RunReport failed = etl.run(pipeline.build());
        pipeline.task("b").run(ctx -> {});

        assertThatThrownBy(() -> etl.resume(failed.id(), pipeline.build()))
                .isInstanceOf(ResumeRefusedException.class)
                .hasMessageContaining("another definition");
    }

    @Test
    void a_listener_that_throws_changes_nothing() {
        List<String> told = new ArrayList<>();
        pipeline.task("a").run(ctx -> ctx.progress(1, 2));
        try (Etl watched = Etl.builder()
                .listener(new RunListener() {
                    @Override
                    public boolean synchronous() {
                        return true;
                    }

                    @Override
                    public void onTaskEnded(TaskEnded event) {
                        throw new IllegalStateException("listener");
                    }
                })
                .listener(new RunListener() {
                    @Override
                    public boolean synchronous() {
                        return true;
                    }

                    @Override
                    public void onRunEnded(RunEnded event) {
                        told.add(event.state().toString());
                    }

                    @Override
                    public void onTaskProgress(TaskProgress event) {
                        told.add(event.done() + " of " + event.total());
                    }
                })
                .build()) {
            watched.run(pipeline.build()).orThrow();
        }

        assertThat(told).containsExactly("1 of 2", "SUCCEEDED");
    }

    @Test
    void an_error_is_a_failure_like_any_other() {
        TaskRef<String> deep = pipeline.task("deep", String.class).run(ctx -> {
            throw new StackOverflowError();
        });
        TaskRef<String> nasty = pipeline.task("nasty", String.class).run(ctx -> {
            throw new IllegalStateException() {
                @Override
                public String getMessage() {
                    throw new IllegalArgumentException();
                }
            };
        });

        RunReport run = etl.run(pipeline.build());

        assertThat(run.task(deep).error().orElseThrow().type()).isEqualTo("java.lang.StackOverflowError");
        assertThat(run.task(nasty).state()).isEqualTo(TaskState.FAILED);
    }

    @Test
    void closing_from_inside_a_run_leaves_it_resumable() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        pipeline.task("a").run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();

        etl.close();
        etl.close();

        assertThatThrownBy(run::await)
                .isInstanceOf(RunStoppedException.class)
                .hasMessageContaining("resume(" + run.id() + ")");
        assertThat(etl.store().find(run.id()).orElseThrow().state()).isEqualTo(RunState.RUNNING);
    }

    @Test
    void a_hundred_thousand_tasks_run_wide_and_in_a_chain() {
        int size = 100_000;
        AtomicInteger executed = new AtomicInteger();
        PipelineBuilder wide = Pipeline.named("wide");
        IntStream.range(0, size).forEach(i -> wide.task("t" + i).run(ctx -> executed.incrementAndGet()));
        PipelineBuilder chain = Pipeline.named("chain");
        TaskRef<Integer> last = chain.task("t0", Integer.class).run(ctx -> 0);
        for (int i = 1; i < size; i++) {
            last = chain.task("t" + i, Integer.class).from(last).run((ctx, n) -> n + 1);
        }

        etl.run(wide.build()).orThrow();

        assertThat(executed.get()).isEqualTo(size);
        assertThat(etl.run(chain.build()).output(last)).isEqualTo(size - 1);
    }

    @Test
    void a_failure_above_a_hundred_thousand_tasks_reaches_all_of_them() {
        PipelineBuilder chain = Pipeline.named("chain");
        TaskRef<Integer> last = chain.task("t0", Integer.class).run(ctx -> {
            throw new IllegalStateException();
        });
        for (int i = 1; i < 100_000; i++) {
            last = chain.task("t" + i, Integer.class).from(last).run((ctx, n) -> n + 1);
        }

        assertThat(etl.run(chain.build()).task(last).state()).isEqualTo(TaskState.UPSTREAM_FAILED);
    }
}
