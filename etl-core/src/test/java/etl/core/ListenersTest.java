package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RunListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ListenersTest {
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    /** Writes down every event. */
    private class Recording implements RunListener {
        @Override
        public void onRunStarted(RunStarted event) {
            told.add("run started");
        }

        @Override
        public void onTaskStarted(TaskStarted event) {
            told.add(event.taskId() + " started");
        }

        @Override
        public void onTaskRetrying(TaskRetrying event) {
            told.add(event.taskId() + " retrying");
        }

        @Override
        public void onTaskEnded(TaskEnded event) {
            told.add(event.taskId() + " " + event.state());
        }

        @Override
        public void onRunEnded(RunEnded event) {
            told.add("run " + event.state());
        }
    }

    @Test
    void the_events_of_a_run_come_in_their_order_and_before_the_orchestrator_is_closed() {
        TaskRef<Integer> flaky = pipeline.task("flaky", Integer.class)
                .retry(RetryPolicy.attempts(2))
                .run(ctx -> {
                    if (ctx.attempt() == 1) {
                        throw new IllegalStateException("once");
                    }
                    return 1;
                });
        pipeline.task("next").after(flaky).run(ctx -> {});
        try (Etl etl = Etl.builder().listener(new Recording()).build()) {
            etl.run(pipeline.build()).orThrow();
        }

        assertThat(told)
                .containsExactly(
                        "run started",
                        "flaky started",
                        "flaky retrying",
                        "flaky started",
                        "flaky SUCCEEDED",
                        "next started",
                        "next SUCCEEDED",
                        "run SUCCEEDED");
    }

    @Test
    void the_end_of_a_run_is_told_after_the_ends_of_all_its_tasks() {
        for (int i = 0; i < 200; i++) {
            pipeline.task("t" + i).run(ctx -> {});
        }
        Pipeline wide = pipeline.build();
        for (int round = 0; round < 100; round++) {
            told.clear();
            try (Etl etl =
                    Etl.builder().listener(new Recording()).parallelism(8).build()) {
                etl.run(wide).orThrow();
            }
            assertThat(told).hasSize(402).first().isEqualTo("run started");
            assertThat(told).last().isEqualTo("run SUCCEEDED");
        }
    }

    @Test
    void a_listener_that_blocks_for_ever_holds_up_neither_the_run_nor_other_listeners() {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 1_000; i++) {
            pipeline.task("t" + i).run(ctx -> {});
        }
        RunState state;
        try (Etl etl = Etl.builder()
                .listener(new RunListener() {
                    @Override
                    public void onRunStarted(RunStarted event) {
                        boolean interrupted = false;
                        while (!interrupted) {
                            try {
                                never.await();
                            } catch (InterruptedException closed) {
                                interrupted = true;
                            }
                        }
                    }
                })
                .listener(new Recording())
                .listenerQueue(3_000)
                .listenerGrace(Duration.ofSeconds(2))
                .build()) {
            state = etl.run(pipeline.build()).state();
        }

        assertThat(state).isEqualTo(RunState.SUCCEEDED);
        assertThat(told).hasSize(2_002).endsWith("run SUCCEEDED");
    }

    @Test
    void a_synchronous_listener_has_been_told_when_the_run_has_ended() {
        AtomicReference<Thread> caller = new AtomicReference<>();
        AtomicReference<Thread> worker = new AtomicReference<>();
        pipeline.task("a").run(ctx -> worker.set(Thread.currentThread()));
        try (Etl etl = Etl.builder()
                .listener(new Recording() {
                    @Override
                    public boolean synchronous() {
                        return true;
                    }

                    @Override
                    public void onTaskStarted(TaskStarted event) {
                        caller.set(Thread.currentThread());
                    }
                })
                .build()) {
            etl.run(pipeline.build()).orThrow();

            assertThat(told).containsExactly("run started", "a SUCCEEDED", "run SUCCEEDED");
            assertThat(caller.get()).isSameAs(worker.get());
        }
    }

    @Test
    void a_synchronous_listener_that_throws_changes_nothing() {
        pipeline.task("a").run(ctx -> {});
        try (Etl etl = Etl.builder()
                .listener(new RunListener() {
                    @Override
                    public boolean synchronous() {
                        return true;
                    }

                    @Override
                    public void onTaskEnded(TaskEnded event) {
                        throw new AssertionError("listener");
                    }
                })
                .build()) {
            assertThat(etl.run(pipeline.build()).state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void a_listener_may_close_the_orchestrator() {
        AtomicReference<Etl> opened = new AtomicReference<>();
        CountDownLatch closed = new CountDownLatch(1);
        pipeline.task("a").run(ctx -> {});
        Etl etl = Etl.builder()
                .listener(new RunListener() {
                    @Override
                    public void onRunEnded(RunEnded event) {
                        opened.get().close();
                        closed.countDown();
                    }
                })
                .listenerGrace(Duration.ofDays(1))
                .build();
        opened.set(etl);

        etl.submit(pipeline.build(), Arguments.none());

        assertThat(awaited(closed)).isTrue();
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(30, java.util.concurrent.TimeUnit.SECONDS);
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }
}
