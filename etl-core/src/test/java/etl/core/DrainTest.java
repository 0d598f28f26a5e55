package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DrainTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration TIMEOUT = Duration.ofMinutes(7);

    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final PipelineBuilder pipeline = Pipeline.named("orders");
    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch draining = new CountDownLatch(1);
    private final CompletableFuture<Runnable> timeout = new CompletableFuture<>();

    /** Tells when the close has set its alarm, so that draining has begun or is about to. */
    private final TimeDouble time = new TimeDouble() {
        @Override
        public Alarm after(Duration delay, Runnable action) {
            if (delay.equals(LONG)) {
                draining.countDown();
            }
            if (delay.equals(TIMEOUT)) {
                timeout.complete(action);
                return Alarm.NONE;
            }
            return super.after(delay, action);
        }
    };

    private Etl draining(Duration drain) {
        return Etl.builder().store(store).time(time).drain(drain).parallelism(2).build();
    }

    private static void whileClosing(Etl etl, Runnable action) throws ExecutionException, InterruptedException {
        CompletableFuture<Void> closing = CompletableFuture.runAsync(etl::close);
        action.run();
        closing.get();
    }

    private void awaitDraining(Etl etl) {
        PipelineBuilder probe = Pipeline.named("probe");
        probe.task("a").run(ctx -> {});
        Pipeline built = probe.build();
        try {
            draining.await();
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
        assertThatThrownBy(() -> etl.submit(built, Arguments.none()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void what_runs_may_end_and_nothing_more_is_started() throws Exception {
        TaskRef<Integer> slow = pipeline.task("slow", Integer.class).run(ctx -> {
            executed.add("slow");
            started.countDown();
            goOn.await();
            return 7;
        });
        pipeline.task("below").after(slow).run(ctx -> executed.add("below"));
        Pipeline built = pipeline.build();
        Etl etl = draining(LONG);
        RunHandle run = etl.submit(built, Arguments.none());
        started.await();

        whileClosing(etl, () -> {
            awaitDraining(etl);
            goOn.countDown();
        });

        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
        assertThat(executed).containsExactly("slow");
        assertThat(store.task(run.id(), "slow").orElseThrow().state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(store.task(run.id(), "below")).isEmpty();
        try (Etl next = Etl.builder().store(store).build()) {
            RunReport resumed = next.resume(run.id(), built).await().orThrow();
            assertThat(resumed.output(slow)).isEqualTo(7);
        }
        assertThat(executed).containsExactly("slow", "below");
    }

    @Test
    void a_run_that_can_end_has_ended() throws Exception {
        pipeline.task("slow").run(ctx -> {
            started.countDown();
            goOn.await();
        });
        Etl etl = draining(LONG);
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();

        whileClosing(etl, () -> {
            awaitDraining(etl);
            goOn.countDown();
        });

        assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(store.find(run.id()).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void a_failure_while_draining_is_recorded_with_what_follows_from_it() throws Exception {
        TaskRef<Void> slow = pipeline.task("slow").run(ctx -> {
            started.countDown();
            goOn.await();
            throw new IllegalStateException("no");
        });
        TaskRef<Void> below = slow;
        for (int i = 0; i < 20; i++) {
            below = pipeline.task("below" + i).after(below).run(ctx -> {});
        }
        Etl etl = draining(LONG);
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();

        whileClosing(etl, () -> {
            awaitDraining(etl);
            goOn.countDown();
        });

        assertThat(run.await().state()).isEqualTo(RunState.FAILED);
        assertThat(run.await().tasks().subList(1, 21))
                .extracting(TaskReport::state)
                .containsOnly(TaskState.UPSTREAM_FAILED);
    }

    @Test
    void elements_of_a_mapped_task_are_not_started_either() throws Exception {
        TaskRef<List<Integer>> mapped = pipeline.task("mapped", Integer.class)
                .mapOver(IntStream.range(0, 1_000).boxed().toList())
                .atOnce(1)
                .run((ctx, number) -> {
                    executed.add("e" + number);
                    if (number == 2 && ctx.attempt() == 1) {
                        started.countDown();
                        goOn.await();
                    }
                    return number;
                });
        Pipeline built = pipeline.build();
        Etl etl = draining(LONG);
        RunHandle run = etl.submit(built, Arguments.none());
        started.await();

        whileClosing(etl, () -> {
            awaitDraining(etl);
            goOn.countDown();
        });

        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
        assertThat(executed).containsExactly("e0", "e1", "e2");
        try (Etl next = Etl.builder().store(store).build()) {
            assertThat(next.resume(run.id(), built).await().output(mapped)).hasSize(1_000);
        }
        assertThat(executed).hasSize(1_000).doesNotHaveDuplicates();
    }

    @Test
    void a_retry_that_is_due_later_is_left_to_the_resume() throws Exception {
        AtomicBoolean failed = new AtomicBoolean();
        CountDownLatch retrying = new CountDownLatch(1);
        pipeline.task("flaky")
                .retry(RetryPolicy.attempts(5).fixed(Duration.ofDays(1)))
                .onRetry(event -> retrying.countDown())
                .run(ctx -> {
                    if (!failed.getAndSet(true)) {
                        throw new IllegalStateException("once");
                    }
                });
        Pipeline built = pipeline.build();
        Etl etl = draining(LONG);
        RunHandle run = etl.submit(built, Arguments.none());
        retrying.await();

        etl.close();

        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
        try (Etl next = Etl.builder().store(store).build()) {
            assertThat(next.resume(run.id(), built).await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void what_has_not_ended_in_time_is_interrupted_and_resumable() throws Exception {
        pipeline.task("hanging").run(ctx -> {
            started.countDown();
            if (ctx.attempt() == 1) {
                new CountDownLatch(1).await();
            }
        });
        Pipeline built = pipeline.build();
        Etl etl = draining(Duration.ofMillis(1));
        RunHandle run = etl.submit(built, Arguments.none());
        started.await();

        etl.close();

        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
        assertThat(store.task(run.id(), "hanging").orElseThrow().state()).isEqualTo(TaskState.RUNNING);
        try (Etl next = Etl.builder().store(store).build()) {
            assertThat(next.resume(run.id(), built).await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void a_run_that_a_task_starts_belongs_to_its_work() throws Exception {
        PipelineBuilder child = Pipeline.named("child");
        TaskRef<Integer> first = child.task("first", Integer.class).run(ctx -> 20);
        TaskRef<Integer> second =
                child.task("second", Integer.class).from(first).run((ctx, n) -> n + 1);
        Pipeline childBuilt = child.build();
        CompletableFuture<Etl> self = new CompletableFuture<>();
        TaskRef<Integer> parent = pipeline.task("parent", Integer.class).run(ctx -> {
            started.countDown();
            goOn.await();
            return self.get().run(childBuilt).output(second) * 2;
        });
        Etl etl = draining(LONG);
        self.complete(etl);
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();

        whileClosing(etl, () -> {
            awaitDraining(etl);
            goOn.countDown();
        });

        assertThat(run.await().output(parent)).isEqualTo(42);
    }

    @Test
    void a_task_that_closes_its_own_orchestrator_does_not_wait_for_itself() {
        CompletableFuture<Etl> self = new CompletableFuture<>();
        TaskRef<Void> closing = pipeline.task("closing").run(ctx -> self.join().close());
        pipeline.task("after").after(closing).run(ctx -> {});
        Etl etl = draining(LONG);
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        self.complete(etl);

        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
    }

    @Test
    void a_cancel_does_not_wait_for_the_drain() throws Exception {
        pipeline.task("hanging").run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        Etl etl = draining(LONG);
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();

        whileClosing(etl, () -> {
            awaitDraining(etl);
            run.cancel();
        });

        assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
    }

    @Test
    void an_interrupt_of_the_close_ends_the_drain() throws Exception {
        pipeline.task("hanging").run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        Etl etl = draining(LONG);
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();
        Thread closing = new Thread(etl::close);
        closing.start();
        awaitDraining(etl);
        etl.close();
        closing.interrupt();

        closing.join();
        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
    }

    @Test
    void an_attempt_that_is_abandoned_meanwhile_is_not_waited_for() throws Exception {
        CountDownLatch retrying = new CountDownLatch(1);
        pipeline.task("waiting-for-its-retry")
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofDays(1)))
                .onRetry(event -> retrying.countDown())
                .run(ctx -> {
                    throw new IllegalStateException("once");
                });
        pipeline.task("deaf").timeout(TIMEOUT).run(ctx -> {
            started.countDown();
            while (goOn.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        Etl etl = Etl.builder()
                .store(store)
                .time(time)
                .drain(LONG)
                .grace(Duration.ZERO)
                .build();
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();
        retrying.await();

        whileClosing(etl, () -> {
            awaitDraining(etl);
            timeout.join().run();
        });
        goOn.countDown();

        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
        assertThat(store.task(run.id(), "deaf").orElseThrow().state()).isEqualTo(TaskState.FAILED);
    }

    @Test
    void a_negative_period_is_refused() {
        assertThatThrownBy(() -> Etl.builder().drain(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("drain must not be negative");
    }
}
