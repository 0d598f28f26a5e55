package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.TaskChange;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that another process takes at a moment at which nobody looks. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LostRunTest {
    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final AtomicBoolean fails = new AtomicBoolean(true);

    private Pipeline pipeline() {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<String> first = builder.task("first", String.class).run(ctx -> {
            executed.add("first");
            return "output";
        });
        builder.task("second", String.class).from(first).run((ctx, text) -> {
            executed.add("second");
            if (fails.getAndSet(false)) {
                throw new IllegalStateException("as planned");
            }
            return text;
        });
        return builder.build();
    }

    /** A store in which something happens after a run was recorded, and before it is taken. */
    private static StoreDouble slow(BiConsumer<StateStore, RunId> meanwhile) {
        AtomicBoolean slow = new AtomicBoolean(true);
        return new StoreDouble() {
            @Override
            public RunJournal journal(RunId run) {
                if (slow.getAndSet(false)) {
                    meanwhile.accept(this, run);
                }
                return super.journal(run);
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void a_task_whose_start_is_refused_is_not_executed() throws Exception {
        StoreDouble store = new StoreDouble() {
            @Override
            void beforeWrite(TaskChange change) {
                if (change.taskId().equals("second")) {
                    lose(recent(1).get(0).definition().id());
                }
            }
        };
        CountDownLatch submitted = new CountDownLatch(1);
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<?> first = builder.task("first").run(ctx -> submitted.await());
        builder.task("second").after(first).run(ctx -> executed.add("second"));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Etl etl = Etl.builder().store(store).executor(thread).build()) {
            RunHandle run = etl.submit(builder.build(), Arguments.none());
            submitted.countDown();

            assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
            assertThat(thread.submit(Thread::interrupted).get()).isFalse();
        } finally {
            thread.shutdownNow();
        }
        assertThat(executed).isEmpty();
    }

    @Test
    void a_new_run_that_somebody_else_has_finished_before_it_was_taken_is_not_executed_again() {
        fails.set(false);
        Pipeline pipeline = pipeline();
        StoreDouble store = slow((shared, run) -> {
            try (Etl other = Etl.builder().store(shared).build()) {
                other.resume(run, pipeline).await().orThrow();
            }
        });

        try (Etl etl = Etl.builder().store(store).build()) {
            RunHandle run = etl.submit(pipeline, Arguments.none());

            assertThat(run.isExisting()).isTrue();
            assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
        }
        assertThat(executed).containsExactly("first", "second");
    }

    @Test
    void a_new_run_that_somebody_else_has_taken_is_waited_for() {
        fails.set(false);
        Pipeline pipeline = pipeline();
        AtomicReference<RunJournal> taken = new AtomicReference<>();
        StoreDouble store = slow((shared, run) -> taken.set(shared.journal(run)));

        try (Etl etl = Etl.builder().store(store).build()) {
            RunHandle run = etl.submit(pipeline, Arguments.none());
            taken.get().ended(RunState.FAILED, Instant.EPOCH, Optional.empty());
            taken.get().close();

            assertThat(run.isExisting()).isTrue();
            assertThat(run.await().state()).isEqualTo(RunState.FAILED);
        }
        assertThat(executed).isEmpty();
    }

    /** Which thread sees first that nothing is left to do is up to chance. */
    @RepeatedTest(value = 30, failureThreshold = 1)
    void a_run_that_is_lost_after_its_last_task_and_ended_by_somebody_else_is_not_ended_again() {
        AtomicReference<RunId> id = new AtomicReference<>();
        PipelineBuilder builder = Pipeline.named("orders");
        CountDownLatch submitted = new CountDownLatch(1);
        builder.task("only").run(ctx -> {
            submitted.await();
            id.set(ctx.runId());
        });
        Pipeline pipeline = builder.build();
        AtomicInteger taken = new AtomicInteger();
        List<RunState> ends = new CopyOnWriteArrayList<>();
        StoreDouble store = new StoreDouble() {
            @Override
            public RunJournal journal(RunId run) {
                if (taken.incrementAndGet() == 2) {
                    RunJournal other = super.journal(run);
                    other.ended(RunState.SUCCEEDED, Instant.EPOCH, Optional.empty());
                    other.close();
                }
                return super.journal(run);
            }

            @Override
            RunJournal.Receipt told(RunJournal.Receipt receipt) {
                return new RunJournal.Receipt() {
                    @Override
                    public void durable() {
                        receipt.durable();
                        if (id.get() != null) {
                            lose(id.get());
                        }
                    }

                    @Override
                    public void failed(StateStoreException failure) {
                        receipt.failed(failure);
                    }
                };
            }

            @Override
            void beforeEnded() {
                if (taken.get() == 1) {
                    throw new RunLostException(id.get(), "as planned");
                }
                ends.add(RunState.SUCCEEDED);
            }
        };

        try (Etl etl = Etl.builder().store(store).build()) {
            RunHandle run = etl.submit(pipeline, Arguments.none());
            submitted.countDown();

            assertThatThrownBy(run::await)
                    .isInstanceOf(RunStoppedException.class)
                    .hasCauseInstanceOf(RunLostException.class);
        }
        assertThat(ends).as("by the other one, if at all").hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void a_task_does_not_begin_if_its_run_is_lost_while_its_inputs_are_read() {
        Pipeline pipeline = pipeline();
        StoreDouble store = new StoreDouble() {
            @Override
            public @Nullable Object output(RunId run, String taskId, Type type) {
                lose(run);
                return super.output(run, taskId, type);
            }
        };
        try (Etl etl = Etl.builder().store(store).build()) {
            RunId id = etl.run(pipeline).id();

            RunHandle resumed = etl.resume(id, pipeline);

            assertThatThrownBy(resumed::await)
                    .isInstanceOf(RunStoppedException.class)
                    .hasMessageContaining("run " + id + " was lost");
            assertThat(executed).containsExactly("first", "second");
            assertThat(store.task(id, "second").orElseThrow().state()).isEqualTo(TaskState.RUNNING);
        }
    }
}
