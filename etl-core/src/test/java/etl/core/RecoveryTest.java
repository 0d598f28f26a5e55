package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs whose process is gone. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecoveryTest {
    private final List<String> executed = new CopyOnWriteArrayList<>();
    private final CountDownLatch hanging = new CountDownLatch(1);
    private volatile boolean hangs = true;
    private volatile int crashes;
    private volatile Runnable meanwhile = () -> {};

    private final StoreDouble store = new StoreDouble() {
        @Override
        public List<StoredRun> abandoned(String pipeline) {
            List<StoredRun> abandoned = super.abandoned(pipeline);
            meanwhile.run();
            return abandoned.stream()
                    .map(run -> new StoredRun(
                            run.definition(),
                            run.state(),
                            run.startedAt(),
                            run.endedAt(),
                            run.error(),
                            crashes,
                            run.owner()))
                    .toList();
        }
    };

    private Pipeline pipeline(String... more) {
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<String> first = builder.task("first", String.class).run(ctx -> {
            executed.add("first");
            return "output";
        });
        builder.task("second", String.class).from(first).run((ctx, text) -> {
            executed.add("second");
            if (hangs) {
                hanging.countDown();
                new CountDownLatch(1).await();
            }
            return text;
        });
        for (String id : more) {
            builder.task(id).run(ctx -> {});
        }
        return builder.build();
    }

    /** A run whose process was shut down in the middle. */
    private RunId stopped(Pipeline pipeline) throws InterruptedException {
        Etl etl = Etl.builder().store(store).build();
        RunHandle run = etl.submit(pipeline, Arguments.none());
        hanging.await();
        etl.close();
        assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
        hangs = false;
        return run.id();
    }

    @Test
    void they_go_on_in_whoever_knows_the_pipeline() throws Exception {
        Pipeline pipeline = pipeline();
        PipelineBuilder other = Pipeline.named("other");
        other.task("only").run(ctx -> {});
        RunId id = stopped(pipeline);

        try (Etl etl = Etl.builder().store(store).build()) {
            List<RunHandle> resumed = etl.recover(pipeline, other.build());

            assertThat(resumed).extracting(RunHandle::id).containsExactly(id);
            resumed.get(0).await().orThrow();
            assertThat(etl.recover(pipeline)).isEmpty();
        }
        assertThat(executed).containsExactly("first", "second", "second");
    }

    @Test
    void they_go_on_when_an_orchestrator_is_built_that_recovers() throws Exception {
        Pipeline pipeline = pipeline();
        RunId id = stopped(pipeline);
        CompletableFuture<RunId> ended = new CompletableFuture<>();

        try (Etl etl = Etl.builder()
                .store(store)
                .recover(pipeline)
                .listener(new RunListener() {
                    @Override
                    public void onRunEnded(RunEnded event) {
                        ended.complete(event.run().id());
                    }
                })
                .build()) {
            assertThat(ended.get()).isEqualTo(id);
            assertThat(etl.store().find(id).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void one_that_ends_while_it_is_looked_for_stays_as_it_is() throws Exception {
        Pipeline pipeline = pipeline();
        RunId id = stopped(pipeline);

        try (Etl etl = Etl.builder().store(store).build();
                Etl other = Etl.builder().store(store).build()) {
            meanwhile = () -> other.control().endLost(id, pipeline);

            assertThat(etl.recover(pipeline)).isEmpty();
        }
        assertThat(store.find(id).orElseThrow().state()).isEqualTo(RunState.FAILED);
        assertThat(executed).containsExactly("first", "second");
    }

    @Test
    void one_that_is_lost_later_is_found_by_a_later_look() throws Exception {
        Pipeline pipeline = pipeline();
        CompletableFuture<Runnable> nextLook = new CompletableFuture<>();
        CompletableFuture<RunId> ended = new CompletableFuture<>();
        TimeDouble time = new TimeDouble() {
            @Override
            public Alarm after(Duration delay, Runnable action) {
                if (delay.equals(EtlBuilder.DEFAULT_RECOVERY_PERIOD) && nextLook.complete(action)) {
                    return Alarm.NONE;
                }
                return super.after(delay, action);
            }
        };
        try (Etl etl = Etl.builder()
                .store(store)
                .time(time)
                .recover(pipeline)
                .listener(new RunListener() {
                    @Override
                    public void onRunEnded(RunEnded event) {
                        ended.complete(event.run().id());
                    }
                })
                .build()) {
            Runnable look = nextLook.get();
            RunId id = stopped(pipeline);
            look.run();

            assertThat(ended.get()).isEqualTo(id);
            assertThat(etl.store().find(id).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void one_that_cannot_go_on_does_not_keep_the_others() throws Exception {
        AtomicBoolean valid = new AtomicBoolean(true);
        PipelineBuilder strict = Pipeline.named("strict");
        Parameter<Integer> day = strict.parameter("day", Integer.class)
                .check("must be of this week", any -> valid.get())
                .required();
        CountDownLatch begun = new CountDownLatch(1);
        strict.task("only").run(ctx -> {
            begun.countDown();
            if (hangs) {
                new CountDownLatch(1).await();
            }
        });
        Pipeline refused = strict.build();
        Etl former = Etl.builder().store(store).build();
        RunId poison = former.submit(refused, Arguments.of(day, 1)).id();
        begun.await();
        Pipeline pipeline = pipeline();
        RunId id = stopped(pipeline);
        former.close();
        valid.set(false);

        try (Etl etl = Etl.builder().store(store).build()) {
            assertThat(etl.recover(refused, pipeline)).extracting(RunHandle::id).containsExactly(id);
            assertThat(etl.recover(refused, pipeline)).isEmpty();
            valid.set(true);
            assertThat(etl.recover(refused, pipeline)).extracting(RunHandle::id).containsExactly(poison);
        }
    }

    @Test
    void a_store_that_cannot_be_used_is_told_if_no_run_goes_on() throws Exception {
        Pipeline pipeline = pipeline();
        stopped(pipeline);
        StoreDouble broken = new StoreDouble(store) {
            @Override
            public RunJournal journal(RunId run) {
                throw new StateStoreException("as planned", null);
            }

            @Override
            public void close() {}
        };
        try (Etl etl = Etl.builder().store(broken).build()) {
            assertThatThrownBy(() -> etl.recover(pipeline))
                    .isInstanceOf(StateStoreException.class)
                    .hasMessage("as planned");
        }
    }

    @Test
    void they_are_looked_for_again_after_a_look_that_failed() throws Exception {
        Pipeline pipeline = pipeline();
        RunId id = stopped(pipeline);
        AtomicInteger failures = new AtomicInteger();
        meanwhile = () -> {
            if (failures.incrementAndGet() == 1) {
                throw new LinkageError("as planned");
            }
        };
        ExecutorService threads = Executors.newCachedThreadPool();
        CompletableFuture<RunId> ended = new CompletableFuture<>();
        Executor sometimesFull = action -> {
            if (failures.get() == 1 && failures.incrementAndGet() == 2) {
                throw new RejectedExecutionException("as planned");
            }
            threads.execute(action);
        };
        try (Etl etl = Etl.builder()
                .store(store)
                .executor(sometimesFull)
                .recover(pipeline)
                .recoveryPeriod(Duration.ofMillis(1))
                .listener(new RunListener() {
                    @Override
                    public void onRunEnded(RunEnded event) {
                        ended.complete(event.run().id());
                    }
                })
                .build()) {
            assertThat(ended.get()).isEqualTo(id);
            assertThat(etl.store().find(id).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void one_that_kills_its_process_again_and_again_is_ended() throws Exception {
        Pipeline pipeline = pipeline();
        RunId id = stopped(pipeline);
        crashes = 3;

        try (Etl etl = Etl.builder().store(store).build()) {
            assertThat(etl.recover(pipeline)).isEmpty();

            StoredRun run = store.find(id).orElseThrow();
            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(run.error().orElseThrow().message()).contains("its process has crashed 3 times");
            assertThat(executed).containsExactly("first", "second");
            etl.resume(id, pipeline).await().orThrow();
        }
    }

    @Test
    void how_often_is_up_to_the_host() throws Exception {
        Pipeline pipeline = pipeline();
        stopped(pipeline);
        crashes = 3;

        try (Etl etl = Etl.builder().store(store).mostCrashes(4).build()) {
            assertThat(etl.recover(pipeline))
                    .hasSize(1)
                    .allSatisfy(run -> run.await().orThrow());
        }
    }

    @Test
    void one_of_another_definition_is_left_alone() throws Exception {
        Pipeline before = pipeline();
        RunId id = stopped(before);

        try (Etl etl = Etl.builder().store(store).build()) {
            assertThat(etl.recover(pipeline("third"))).isEmpty();
            assertThat(store.find(id).orElseThrow().state()).isEqualTo(RunState.RUNNING);
            assertThat(etl.recover(before))
                    .hasSize(1)
                    .allSatisfy(run -> run.await().orThrow());
        }
    }

    @Test
    void one_that_is_being_executed_is_not_disturbed() throws Exception {
        Pipeline pipeline = pipeline();
        try (Etl etl = Etl.builder().store(store).build();
                Etl other = Etl.builder().store(store).build()) {
            RunHandle run = etl.submit(pipeline, Arguments.none());
            hanging.await();

            assertThat(other.recover(pipeline)).isEmpty();
            assertThat(etl.recover(pipeline)).isEmpty();
            run.cancel();
            assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
        }
    }
}
