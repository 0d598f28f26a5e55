package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.StateStoreException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtlCloseTest {
    private final PipelineBuilder pipeline = Pipeline.named("orders");
    private final List<String> closed = new ArrayList<>();
    private final StoreDouble store = new StoreDouble() {
        @Override
        public void close() {
            closed.add("store");
        }
    };

    private static void awaitForEver() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    @Test
    void the_store_is_closed_once_and_before_the_other_resources() {
        Etl etl = Etl.builder()
                .store(store)
                .closing(() -> closed.add("pool"))
                .closing(() -> {
                    throw new IllegalStateException("does not close");
                })
                .closing(() -> closed.add("server"))
                .build();

        etl.close();
        etl.close();

        assertThat(closed).containsExactly("store", "pool", "server");
    }

    @Test
    void a_closed_orchestrator_takes_no_run() {
        pipeline.task("a").run(ctx -> {});
        Etl etl = Etl.inMemory();
        etl.close();

        assertThatThrownBy(() -> etl.submit(pipeline.build(), Arguments.none()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        assertThatThrownBy(etl::external).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void the_longest_grace_period_closes_everything() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        pipeline.task("slow").run(ctx -> {
            started.countDown();
            awaitForEver();
        });
        Etl etl = Etl.builder()
                .store(store)
                .grace(Duration.ofSeconds(Long.MAX_VALUE))
                .build();
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        started.await();

        etl.close();

        assertThat(closed).containsExactly("store");
        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
    }

    @Test
    void a_run_can_be_awaited_for_ever_and_not_at_all() throws InterruptedException {
        CountDownLatch goOn = new CountDownLatch(1);
        pipeline.task("slow").run(ctx -> goOn.await());
        try (Etl etl = Etl.inMemory()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());

            assertThat(run.await(Duration.ofNanos(1))).isEmpty();
            assertThat(run.await(Duration.ofSeconds(Long.MIN_VALUE))).isEmpty();
            goOn.countDown();

            assertThat(run.await(ChronoUnit.FOREVER.getDuration())).isPresent();
        }
    }

    @Test
    void a_task_may_close_the_orchestrator_that_runs_it() {
        CompletableFuture<Etl> self = new CompletableFuture<>();
        TaskRef<Void> closing = pipeline.task("closing").run(ctx -> self.join().close());
        pipeline.task("after").after(closing).run(ctx -> {});
        Etl etl = Etl.builder().store(store).grace(Duration.ofSeconds(5)).build();
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        self.complete(etl);

        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
        assertThat(store.find(run.id()).orElseThrow().state()).isEqualTo(RunState.RUNNING);
    }

    @Test
    void a_run_whose_last_task_closes_the_orchestrator_has_succeeded() {
        CompletableFuture<Etl> self = new CompletableFuture<>();
        pipeline.task("last").run(ctx -> self.join().close());
        Etl etl = Etl.builder().store(store).drain(Duration.ofHours(1)).build();
        RunHandle run = etl.submit(pipeline.build(), Arguments.none());
        self.complete(etl);

        assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(store.find(run.id()).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void an_interrupted_run_is_resumed_by_the_next_process() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        pipeline.task("slow").run(ctx -> {
            if (ctx.attempt() == 1) {
                started.countDown();
                awaitForEver();
            }
        });
        Pipeline built = pipeline.build();
        Etl first = Etl.builder().store(store).build();
        RunHandle run = first.submit(built, Arguments.none());
        started.await();
        first.close();

        try (Etl second = Etl.builder().store(store).build()) {
            RunReport resumed = second.resume(run.id(), built).await();

            assertThat(resumed.state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(store.tasks(run.id()).get(0).attempts())
                    .extracting(attempt -> attempt.state())
                    .containsExactly(TaskState.FAILED, TaskState.SUCCEEDED);
        }
    }

    @Test
    void a_run_that_could_not_start_does_not_hold_up_the_close() {
        StoreDouble refusing = new StoreDouble() {
            @Override
            void beforeStarted() {
                throw new StateStoreException("no connection", null);
            }
        };
        AtomicInteger executed = new AtomicInteger();
        pipeline.task("a").run(ctx -> executed.incrementAndGet());
        Etl etl = Etl.builder().store(refusing).grace(Duration.ofHours(1)).build();

        assertThatThrownBy(() -> etl.run(pipeline.build()))
                .isInstanceOf(StateStoreException.class)
                .hasMessage("no connection");
        etl.close();

        assertThat(executed).hasValue(0);
    }
}
