package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.StoredTask;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunControlTest {
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final InMemoryStateStore store = InMemoryStateStore.create();
    private final PipelineBuilder builder = Pipeline.named("orders");

    private Etl process() {
        return Etl.builder().store(store).build();
    }

    private Pipeline hanging() {
        TaskRef<Void> first = builder.task("first").run(ctx -> {
            started.countDown();
            if (ctx.attempt() == 1) {
                never.await();
            }
        });
        builder.task("below").after(first).run(ctx -> {});
        return builder.build();
    }

    @Test
    void a_run_is_cancelled_by_its_id() throws InterruptedException {
        Pipeline pipeline = hanging();
        try (Etl etl = process()) {
            RunHandle run = etl.submit(pipeline, Arguments.none());
            started.await();

            assertThat(etl.control().cancel(run.id())).isTrue();

            assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
            assertThat(etl.control().cancel(run.id())).isFalse();
        }
    }

    @Test
    void a_listener_cancels_a_run_while_it_is_being_started() {
        AtomicReference<Etl> etl = new AtomicReference<>();
        AtomicReference<RunHandle> followed = new AtomicReference<>();
        Pipeline pipeline = hanging();
        RunListener listener = new RunListener() {
            @Override
            public boolean synchronous() {
                return true;
            }

            @Override
            public void onRunStarted(RunStarted event) {
                followed.set(etl.get().control().follow(event.run().id(), pipeline));
                etl.get().control().cancel(event.run().id());
            }
        };
        try (Etl open = Etl.builder().store(store).listener(listener).build()) {
            etl.set(open);

            assertThat(open.run(pipeline).state()).isEqualTo(RunState.CANCELLED);
            assertThat(followed.get().await().state()).isEqualTo(RunState.CANCELLED);
        }
    }

    @Test
    void a_run_of_another_process_is_cancelled_by_a_request() throws InterruptedException {
        Pipeline pipeline = hanging();
        try (Etl one = process();
                Etl other = process()) {
            RunHandle run = one.submit(pipeline, Arguments.none());
            started.await();

            assertThat(other.control().cancel(run.id())).isTrue();

            assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
        }
    }

    @Test
    void one_that_follows_the_run_of_another_process_can_cancel_it() throws InterruptedException {
        Pipeline pipeline = hanging();
        RunOptions key = RunOptions.none().key("monday");
        try (Etl one = process();
                Etl other = process()) {
            RunHandle run = one.submit(pipeline, Arguments.none(), key);
            started.await();
            RunHandle follower = other.submit(pipeline, Arguments.none(), key);
            follower.cancel();

            assertThat(follower.await().state()).isEqualTo(RunState.CANCELLED);
            assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
            follower.cancel();
        }
    }

    @Test
    void an_unknown_run_cannot_be_cancelled() {
        try (Etl etl = process()) {
            RunId unknown = RunId.random();

            assertThatThrownBy(() -> etl.control().cancel(unknown))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("run " + unknown + " is unknown");
        }
    }

    @Test
    void a_lost_run_is_ended_and_can_be_rerun() throws InterruptedException {
        Pipeline pipeline = hanging();
        Etl dying = process();
        RunId id = dying.submit(pipeline, Arguments.none()).id();
        started.await();
        dying.close();
        try (Etl etl = process()) {
            RunReport lost = etl.control().endLost(id, pipeline);

            assertThat(lost.state()).isEqualTo(RunState.FAILED);
            assertThat(lost.tasks())
                    .extracting(TaskReport::state)
                    .containsExactly(TaskState.FAILED, TaskState.UPSTREAM_FAILED);
            assertThat(lost.error().orElseThrow().message())
                    .isEqualTo("the process was gone while this task was RUNNING");
            assertThatThrownBy(() -> etl.control().endLost(id, pipeline))
                    .isInstanceOf(ResumeRefusedException.class)
                    .hasMessageContaining("has ended already: it is FAILED");
            assertThat(etl.rerun(id, pipeline, Rerun.from("first")).await().state())
                    .isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void elements_of_a_lost_run_have_ended_too() throws InterruptedException {
        AtomicInteger finished = new AtomicInteger();
        CountDownLatch twoEnded = new CountDownLatch(1);
        TaskRef<List<Integer>> mapped = builder.task("mapped", Integer.class)
                .mapOver(List.of(0, 1, 2, 3, 4))
                .atOnce(1)
                .run((ctx, number) -> {
                    if (finished.getAndIncrement() == 2) {
                        twoEnded.countDown();
                        never.await();
                    }
                    return number;
                });
        Pipeline pipeline = builder.build();
        Etl dying = process();
        RunId id = dying.submit(pipeline, Arguments.none()).id();
        twoEnded.await();
        dying.close();
        try (Etl etl = process()) {
            RunReport lost = etl.control().endLost(id, pipeline);

            assertThat(lost.task(mapped).state()).isEqualTo(TaskState.FAILED);
            assertThat(store.tasks(id))
                    .allSatisfy(row -> assertThat(row.state().isFinal()).isTrue());
            assertThat(store.tasks(id))
                    .extracting(StoredTask::mapIndex, StoredTask::state)
                    .contains(
                            org.assertj.core.groups.Tuple.tuple(1, TaskState.SUCCEEDED),
                            org.assertj.core.groups.Tuple.tuple(2, TaskState.FAILED));
            etl.control().mark(id, pipeline, Mark.succeeded(mapped));
            assertThat(etl.resume(id, pipeline).await().output(mapped)).containsExactly(0, 1);
        }
    }

    @Test
    void a_run_that_is_executed_here_is_not_lost() throws InterruptedException {
        Pipeline pipeline = hanging();
        try (Etl etl = process()) {
            RunHandle run = etl.submit(pipeline, Arguments.none());
            started.await();

            assertThatThrownBy(() -> etl.control().endLost(run.id(), pipeline))
                    .isInstanceOf(ResumeRefusedException.class)
                    .hasMessageContaining("is being executed right now");
            run.cancel();
        }
    }

    @Test
    void a_run_that_another_process_brings_to_its_end_meanwhile_is_not_lost() throws InterruptedException {
        Pipeline pipeline = hanging();
        Etl dying = process();
        RunId id = dying.submit(pipeline, Arguments.none()).id();
        started.await();
        dying.close();
        AtomicBoolean resumed = new AtomicBoolean();
        StoreDouble slow = new StoreDouble(store) {
            @Override
            public RunJournal journal(RunId run) {
                if (resumed.compareAndSet(false, true)) {
                    try (Etl other = process()) {
                        other.resume(run, pipeline).await().orThrow();
                    }
                }
                return super.journal(run);
            }
        };
        try (Etl etl = Etl.builder().store(slow).build()) {
            assertThatThrownBy(() -> etl.control().endLost(id, pipeline))
                    .isInstanceOf(ResumeRefusedException.class)
                    .hasMessageContaining("has ended already: it is SUCCEEDED");
        }
        assertThat(store.find(id).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
    }
}
