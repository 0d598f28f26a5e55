package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RunListener;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two that want the same task or the same run at the same moment: one wins, and all is told once. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunRacesTest {
    private static final int ROUNDS = 20;

    private final Queue<String> ended = new ConcurrentLinkedQueue<>();
    private final PipelineBuilder pipeline = Pipeline.named("orders");
    private final RunListener recorder = new RunListener() {
        @Override
        public boolean synchronous() {
            return true;
        }

        @Override
        public void onTaskEnded(TaskEnded event) {
            ended.add(event.taskId() + " " + event.state());
        }

        @Override
        public void onRunEnded(RunEnded event) {
            ended.add("run " + event.state());
        }
    };

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }

    @RepeatedTest(ROUNDS)
    void cancel_against_the_end_of_the_last_task() {
        CyclicBarrier barrier = new CyclicBarrier(2);
        TaskRef<@Nullable Void> task = pipeline.task("a").run(ctx -> meet(barrier));
        try (Etl etl = Etl.builder().listener(recorder).build()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            meet(barrier);
            run.cancel();
            RunReport report = run.await();

            assertThat(report.state()).isIn(RunState.SUCCEEDED, RunState.CANCELLED);
            assertThat(report.task(task).state().name())
                    .isEqualTo(report.state().name());
            assertThat(ended).containsExactly("a " + report.state(), "run " + report.state());
            assertThat(etl.store().find(run.id()).orElseThrow().state()).isEqualTo(report.state());
        }
    }

    @Test
    void a_cancel_after_the_end_changes_nothing() {
        pipeline.task("a").run(ctx -> {});
        try (Etl etl = Etl.builder().listener(recorder).build()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            run.await();
            run.cancel();

            assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(ended).containsExactly("a SUCCEEDED", "run SUCCEEDED");
        }
    }

    @Test
    void a_task_that_returns_although_the_run_was_cancelled_has_succeeded() {
        CountDownLatch started = new CountDownLatch(1);
        TaskRef<String> task = pipeline.task("a", String.class).run(ctx -> {
            started.countDown();
            while (!ctx.isCancelled()) {
                Thread.onSpinWait();
            }
            return "done";
        });
        TaskRef<String> next = pipeline.task("b", String.class).from(task).run((ctx, given) -> given);
        try (Etl etl = Etl.builder().listener(recorder).build()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            await(started);
            run.cancel();
            RunReport report = run.await();

            assertThat(report.output(task)).isEqualTo("done");
            assertThat(report.task(next).state()).isEqualTo(TaskState.CANCELLED);
            assertThat(report.state()).isEqualTo(RunState.CANCELLED);
        }
    }

    @Test
    void a_cancel_while_the_end_of_a_task_is_being_stored_comes_too_late_for_it() {
        CompletableFuture<RunHandle> handle = new CompletableFuture<>();
        StoreDouble cancelling = new StoreDouble() {
            @Override
            void beforeWrite(TaskChange change) {
                if (change.state() == TaskState.SUCCEEDED) {
                    handle.join().cancel();
                }
            }
        };
        TaskRef<@Nullable Void> task = pipeline.task("a").run(ctx -> {});
        TaskRef<@Nullable Void> next = pipeline.task("b").after(task).run(ctx -> {});
        try (Etl etl = Etl.builder().store(cancelling).listener(recorder).build()) {
            handle.complete(etl.submit(pipeline.build(), Arguments.none()));
            RunReport report = handle.join().await();

            assertThat(report.task(task).state()).isEqualTo(TaskState.SUCCEEDED);
            assertThat(report.task(next).state()).isEqualTo(TaskState.CANCELLED);
            assertThat(ended).containsExactlyInAnyOrder("a SUCCEEDED", "b CANCELLED", "run CANCELLED");
        }
    }

    @RepeatedTest(ROUNDS)
    void two_cancels_at_once() {
        int tasks = 20;
        CountDownLatch started = new CountDownLatch(1);
        for (int i = 0; i < tasks; i++) {
            pipeline.task("t" + i).run(ctx -> {
                started.countDown();
                new CountDownLatch(1).await();
            });
        }
        CyclicBarrier barrier = new CyclicBarrier(2);
        try (Etl etl = Etl.builder().parallelism(2).listener(recorder).build()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            await(started);
            List<CompletableFuture<Void>> cancels = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                cancels.add(CompletableFuture.runAsync(
                        () -> {
                            meet(barrier);
                            run.cancel();
                        },
                        action -> new Thread(action).start()));
            }
            cancels.forEach(CompletableFuture::join);

            assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
            assertThat(ended)
                    .hasSize(tasks + 1)
                    .doesNotHaveDuplicates()
                    .contains("run CANCELLED")
                    .allMatch(end -> end.endsWith("CANCELLED"));
        }
    }

    @RepeatedTest(ROUNDS)
    void cancel_against_a_failure_that_spreads() {
        CyclicBarrier barrier = new CyclicBarrier(2);
        pipeline.task("t0").run(ctx -> {
            meet(barrier);
            throw new IllegalStateException("as planned");
        });
        for (int i = 1; i < 30; i++) {
            pipeline.task("t" + i).after("t" + i / 2).run(ctx -> {});
        }
        try (Etl etl = Etl.builder().listener(recorder).build()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            meet(barrier);
            run.cancel();
            RunReport report = run.await();

            assertThat(report.tasks())
                    .allSatisfy(task -> assertThat(task.state())
                            .isIn(TaskState.FAILED, TaskState.CANCELLED, TaskState.UPSTREAM_FAILED));
            assertThat(ended).hasSize(31).doesNotHaveDuplicates();
        }
    }

    @RepeatedTest(ROUNDS)
    void close_against_the_end_of_a_task() {
        CyclicBarrier barrier = new CyclicBarrier(2);
        AtomicInteger executions = new AtomicInteger();
        TaskRef<@Nullable Void> first = pipeline.task("a").run(ctx -> {
            executions.incrementAndGet();
            if (ctx.attempt() == 1) {
                meet(barrier);
            }
        });
        pipeline.task("b").after(first).run(ctx -> {});
        Pipeline built = pipeline.build();
        InMemoryStateStore store = InMemoryStateStore.create();
        Etl etl = Etl.builder().store(store).listener(recorder).build();
        RunHandle run = etl.submit(built, Arguments.none());
        meet(barrier);
        etl.close();

        boolean stopped = run.end().handle((report, failure) -> failure != null).join();
        RunState stored = store.find(run.id()).orElseThrow().state();
        assertThat(stored).isEqualTo(stopped ? RunState.RUNNING : RunState.SUCCEEDED);
        if (stopped) {
            boolean done = store.task(run.id(), "a").orElseThrow().state() == TaskState.SUCCEEDED;
            try (Etl next = Etl.builder().store(store).build()) {
                assertThat(next.resume(run.id(), built).await().state()).isEqualTo(RunState.SUCCEEDED);
            }
            assertThat(executions).hasValue(done ? 1 : 2);
        }
    }

    @RepeatedTest(ROUNDS)
    void close_against_cancel() {
        CountDownLatch started = new CountDownLatch(1);
        pipeline.task("a").run(ctx -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        pipeline.task("b").after("a").run(ctx -> {});
        Etl etl = Etl.builder().listener(recorder).build();
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        await(started);
        CyclicBarrier barrier = new CyclicBarrier(2);
        CompletableFuture<Void> cancel = CompletableFuture.runAsync(() -> {
            meet(barrier);
            run.cancel();
        });
        meet(barrier);
        etl.close();
        cancel.join();

        // Either the run was cancelled or it was stopped: whichever, its end is told and told once.
        assertThat(run.end()
                        .handle((report, failure) -> failure == null ? report.state() : RunState.RUNNING)
                        .join())
                .isIn(RunState.CANCELLED, RunState.RUNNING);
        assertThat(ended).doesNotHaveDuplicates();
    }

    @RepeatedTest(ROUNDS)
    void submit_against_close() {
        pipeline.task("a").run(ctx -> {});
        Pipeline built = pipeline.build();
        Etl etl = Etl.inMemory();
        CyclicBarrier barrier = new CyclicBarrier(2);
        CompletableFuture<String> submitted = CompletableFuture.supplyAsync(() -> {
            meet(barrier);
            try {
                return etl.run(built).state().name();
            } catch (RunStoppedException stopped) {
                return "stopped";
            } catch (IllegalStateException refused) {
                return "refused";
            }
        });
        meet(barrier);
        etl.close();

        assertThat(submitted.join()).isIn("SUCCEEDED", "stopped", "refused");
    }

    @Test
    void a_retry_that_falls_due_at_once_races_with_nothing() {
        TaskRef<Integer> flaky = pipeline.task("flaky", Integer.class)
                .retry(RetryPolicy.attempts(500).fixed(Duration.ZERO))
                .run(ctx -> {
                    if (ctx.attempt() < 500) {
                        throw new IllegalStateException();
                    }
                    return ctx.attempt();
                });
        try (Etl etl = Etl.builder().listener(recorder).build()) {
            assertThat(etl.run(pipeline.build()).output(flaky)).isEqualTo(500);
            assertThat(ended).containsExactly("flaky SUCCEEDED", "run SUCCEEDED");
        }
    }
}
