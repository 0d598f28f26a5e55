package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.NewRun;
import etl.core.spi.StateStoreException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunKeyTest {
    private static final RunOptions MONDAY = RunOptions.none().key("monday");

    private final AtomicInteger executions = new AtomicInteger();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final InMemoryStateStore store = InMemoryStateStore.create();

    /** The same definition each time, with references of its own. */
    private final class Orders {
        private final PipelineBuilder builder = Pipeline.named("orders");
        private final Parameter<Integer> limit =
                builder.parameter("limit", Integer.class).optional(3);
        private final TaskRef<List<String>> load = builder.task("load", new GenericType<List<String>>() {})
                .run(ctx -> {
                    executions.incrementAndGet();
                    started.countDown();
                    goOn.await();
                    return List.of("a", "b");
                });
        private final TaskRef<String> each =
                builder.task("each", String.class).from(load).run((ctx, list) -> String.join("+", list));
        private final Pipeline pipeline = builder.build();
    }

    private Etl process() {
        return Etl.builder().store(store).build();
    }

    @Test
    void a_key_with_a_run_returns_that_run() {
        goOn.countDown();
        Orders orders = new Orders();
        try (Etl etl = process()) {
            RunHandle first = etl.submit(orders.pipeline, Arguments.none(), MONDAY);
            RunReport report = first.await();
            RunHandle second = etl.submit(orders.pipeline, Arguments.none(), MONDAY);

            assertThat(first.isExisting()).isFalse();
            assertThat(second.isExisting()).isTrue();
            assertThat(second.id()).isEqualTo(first.id());
            assertThat(second.await().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(second.await().output(orders.each)).isEqualTo("a+b");
            assertThat(second.await().tasks()).extracting(TaskReport::state).containsOnly(TaskState.SUCCEEDED);
            assertThat(second.progress()).isEqualTo(new RunProgress(2, 2, 0));
            second.cancel();
            assertThat(report.id()).isEqualTo(second.id());
            assertThat(executions).hasValue(1);
        }
    }

    @Test
    void another_key_and_no_key_are_other_runs() {
        goOn.countDown();
        Orders orders = new Orders();
        try (Etl etl = process()) {
            etl.run(orders.pipeline, Arguments.none(), MONDAY);
            etl.run(orders.pipeline, Arguments.none(), RunOptions.none().key("Monday"));
            etl.run(orders.pipeline, Arguments.none());
            etl.run(orders.pipeline, Arguments.none(), RunOptions.none());

            assertThat(executions).hasValue(4);
        }
    }

    @Test
    void a_run_that_is_executed_here_is_shared() throws InterruptedException {
        Orders orders = new Orders();
        Orders same = new Orders();
        try (Etl etl = process()) {
            RunHandle first = etl.submit(orders.pipeline, Arguments.none(), MONDAY);
            started.await();
            RunHandle second = etl.submit(same.pipeline, Arguments.none(), MONDAY);

            assertThat(second.isExisting()).isTrue();
            assertThat(second.progress()).isEqualTo(new RunProgress(2, 0, 1));
            goOn.countDown();

            assertThat(second.await().output(same.each)).isEqualTo("a+b");
            assertThat(first.await().output(orders.each)).isEqualTo("a+b");
            assertThat(executions).hasValue(1);
        }
    }

    @Test
    void a_run_of_another_process_is_followed_to_its_end() throws InterruptedException {
        Orders orders = new Orders();
        Orders same = new Orders();
        try (Etl one = process();
                Etl other = process()) {
            RunHandle first = one.submit(orders.pipeline, Arguments.none(), MONDAY);
            started.await();
            RunHandle second = other.submit(same.pipeline, Arguments.none(), MONDAY);
            RunHandle third = other.submit(same.pipeline, Arguments.none(), MONDAY);

            assertThat(second.id()).isEqualTo(first.id());
            assertThat(second.isExisting()).isTrue();
            assertThat(second.progress()).isEqualTo(new RunProgress(2, 0, 1));
            assertThat(second.end()).isNotDone();
            goOn.countDown();

            assertThat(second.await().output(same.each)).isEqualTo("a+b");
            assertThat(third.await().output(same.load)).containsExactly("a", "b");
            assertThat(executions).hasValue(1);
        }
    }

    @Test
    void whoever_waits_for_the_run_of_another_process_is_told_that_the_orchestrator_closes() throws Exception {
        Orders orders = new Orders();
        try (Etl one = process()) {
            RunHandle first = one.submit(orders.pipeline, Arguments.none(), MONDAY);
            started.await();
            Etl other = process();
            RunHandle second = other.submit(orders.pipeline, Arguments.none(), MONDAY);
            other.close();

            assertThatThrownBy(second::await)
                    .isInstanceOfSatisfying(
                            RunStoppedException.class,
                            stopped -> assertThat(stopped.runId()).isEqualTo(first.id()))
                    .hasMessageContaining("is executed by another process")
                    .hasMessageContaining("this orchestrator was closed");
            goOn.countDown();
            assertThat(first.await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void other_arguments_are_refused_with_the_difference() {
        goOn.countDown();
        Orders orders = new Orders();
        try (Etl etl = process()) {
            RunReport first = etl.run(orders.pipeline, Arguments.none(), MONDAY);

            assertThat(etl.run(orders.pipeline, Arguments.of(orders.limit, 3), MONDAY)
                            .id())
                    .isEqualTo(first.id());
            assertThatThrownBy(() -> etl.submit(orders.pipeline, Arguments.of(orders.limit, 4), MONDAY))
                    .isInstanceOfSatisfying(
                            RunKeyConflictException.class,
                            conflict -> assertThat(conflict.runId()).isEqualTo(first.id()))
                    .hasMessage("run key 'monday' of pipeline 'orders' belongs to run " + first.id()
                            + ", which was started with other arguments: limit was '3' and is now '4'; use another key, or"
                            + " the arguments of that run");
        }
    }

    @Test
    void another_definition_is_refused() {
        goOn.countDown();
        try (Etl etl = process()) {
            etl.run(new Orders().pipeline, Arguments.none(), MONDAY);
            Orders changed = new Orders();
            changed.builder.task("more").run(ctx -> {});

            assertThatThrownBy(() -> etl.submit(changed.builder.build(), Arguments.none(), MONDAY))
                    .isInstanceOf(RunKeyConflictException.class)
                    .hasMessageContaining("was started by another definition of the pipeline");
        }
    }

    @Test
    void the_same_key_of_another_pipeline_is_another_run() {
        PipelineBuilder other = Pipeline.named("other");
        other.task("a").run(ctx -> executions.incrementAndGet());
        goOn.countDown();
        try (Etl etl = process()) {
            etl.run(new Orders().pipeline, Arguments.none(), MONDAY);
            etl.run(other.build(), Arguments.none(), MONDAY);

            assertThat(executions).hasValue(2);
        }
    }

    @Test
    void a_failed_run_keeps_its_key_and_can_be_resumed() {
        PipelineBuilder builder = Pipeline.named("flaky");
        TaskRef<Integer> flaky = builder.task("flaky", Integer.class).run(ctx -> {
            if (ctx.attempt() == 1) {
                throw new IllegalStateException("once");
            }
            return ctx.attempt();
        });
        Pipeline pipeline = builder.build();
        try (Etl etl = process()) {
            etl.run(pipeline, Arguments.none(), MONDAY);
            RunReport second = etl.run(pipeline, Arguments.none(), MONDAY);

            assertThat(second.state()).isEqualTo(RunState.FAILED);
            assertThat(second.error().orElseThrow().message()).isEqualTo("once");
            assertThatThrownBy(second::orThrow).isInstanceOf(RunFailedException.class);
            assertThatThrownBy(() -> second.output(flaky)).hasMessageContaining("it is FAILED");

            assertThat(etl.resume(second.id(), pipeline).await().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(etl.run(pipeline, Arguments.none(), MONDAY).output(flaky))
                    .isEqualTo(2);
        }
    }

    @Test
    void a_start_that_could_not_be_recorded_leaves_the_key_free() {
        AtomicInteger creations = new AtomicInteger();
        StoreDouble failing = new StoreDouble() {
            @Override
            public boolean create(NewRun run) {
                if (creations.incrementAndGet() == 1) {
                    throw new StateStoreException("no connection", null);
                }
                return super.create(run);
            }
        };
        goOn.countDown();
        Orders orders = new Orders();
        try (Etl etl = Etl.builder().store(failing).build()) {
            assertThatThrownBy(() -> etl.submit(orders.pipeline, Arguments.none(), MONDAY))
                    .hasMessage("no connection");

            RunHandle second = etl.submit(orders.pipeline, Arguments.none(), MONDAY);
            assertThat(second.isExisting()).isFalse();
            assertThat(second.await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void whoever_waits_for_the_recording_of_another_gets_its_run() throws Exception {
        CountDownLatch creating = new CountDownLatch(1);
        CountDownLatch create = new CountDownLatch(1);
        StoreDouble slow = new StoreDouble() {
            @Override
            public boolean create(NewRun run) {
                creating.countDown();
                try {
                    create.await();
                } catch (InterruptedException interruption) {
                    throw new AssertionError(interruption);
                }
                return super.create(run);
            }
        };
        Orders orders = new Orders();
        try (Etl etl = Etl.builder().store(slow).build()) {
            CompletableFuture<RunHandle> first =
                    CompletableFuture.supplyAsync(() -> etl.submit(orders.pipeline, Arguments.none(), MONDAY));
            creating.await();
            CompletableFuture<RunHandle> second =
                    CompletableFuture.supplyAsync(() -> etl.submit(orders.pipeline, Arguments.none(), MONDAY));
            create.countDown();

            assertThat(second.get().id()).isEqualTo(first.get().id());
            assertThat(List.of(first.get().isExisting(), second.get().isExisting()))
                    .containsExactlyInAnyOrder(true, false);
            goOn.countDown();
            assertThat(second.get().await().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(executions).hasValue(1);
        }
    }

    @Test
    void an_interrupt_of_one_that_shares_a_run_does_not_cancel_it() throws InterruptedException {
        Orders orders = new Orders();
        try (Etl etl = process()) {
            RunHandle first = etl.submit(orders.pipeline, Arguments.none(), MONDAY);
            started.await();
            RunHandle second = etl.submit(orders.pipeline, Arguments.none(), MONDAY);
            Thread.currentThread().interrupt();

            assertThatThrownBy(second::await).isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
            goOn.countDown();
            assertThat(first.await().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void one_that_shares_a_run_may_cancel_it() throws InterruptedException {
        Orders orders = new Orders();
        try (Etl etl = process()) {
            RunHandle first = etl.submit(orders.pipeline, Arguments.none(), MONDAY);
            started.await();
            etl.submit(orders.pipeline, Arguments.none(), MONDAY).cancel();

            assertThat(first.await().state()).isEqualTo(RunState.CANCELLED);
        }
    }

    @Test
    void keys_that_a_database_cannot_keep_are_refused() {
        RunOptions none = RunOptions.none();

        assertThatThrownBy(() -> none.key(" \t")).hasMessageContaining("must not be blank");
        assertThatThrownBy(() -> none.key("k".repeat(256)))
                .hasMessage("a run key has at most 255 characters, this one 256; use a hash of it");
        assertThatThrownBy(() -> none.key("a\0b")).hasMessageContaining("run key 'a?b' holds a NUL character");
        assertThatThrownBy(() -> none.key("a\uD83D")).hasMessageContaining("half of a surrogate pair");
        assertThat(none.key("\uD83D\uDE00 '\";\n").runKey()).contains("\uD83D\uDE00 '\";\n");
        assertThat(none.key("k".repeat(255)).runKey()).isPresent();
        assertThat(none.runKey()).isEmpty();
        assertThat(none).hasToString("no options");
        assertThat(none.key("a")).hasToString("key 'a'");
    }
}
