package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RunListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ListenerTest {
    private final List<String> told = new CopyOnWriteArrayList<>();

    /** Writes down what it hears. */
    private final class Recorder implements RunListener {
        private void hear(String what) {
            told.add(what);
        }

        @Override
        public boolean synchronous() {
            return true;
        }

        @Override
        public void onRunStarted(RunStarted event) {
            hear("run started, " + event.done() + " of " + event.tasks());
        }

        @Override
        public void onTaskStarted(TaskStarted event) {
            hear(event.taskId() + " started");
        }

        @Override
        public void onTaskProgress(TaskProgress event) {
            hear(event.taskId() + " " + event.done() + "/" + event.total());
        }

        @Override
        public void onTaskRetrying(TaskRetrying event) {
            hear(event.taskId() + " retrying");
        }

        @Override
        public void onTaskEnded(TaskEnded event) {
            hear(event.taskId() + " " + event.state());
        }

        @Override
        public void onRunEnded(RunEnded event) {
            hear("run " + event.state());
        }
    }

    /** Throws at everything. */
    private record Broken(Class<? extends Throwable> type) implements RunListener {
        private void fail() {
            try {
                throw type.getDeclaredConstructor().newInstance();
            } catch (RuntimeException | Error failure) {
                throw failure;
            } catch (Throwable notMade) {
                throw new AssertionError(notMade);
            }
        }

        @Override
        public boolean synchronous() {
            return true;
        }

        @Override
        public void onRunStarted(RunStarted event) {
            fail();
        }

        @Override
        public void onTaskStarted(TaskStarted event) {
            fail();
        }

        @Override
        public void onTaskProgress(TaskProgress event) {
            fail();
        }

        @Override
        public void onTaskRetrying(TaskRetrying event) {
            fail();
        }

        @Override
        public void onTaskEnded(TaskEnded event) {
            fail();
        }

        @Override
        public void onRunEnded(RunEnded event) {
            fail();
        }
    }

    private static Pipeline pipeline() {
        PipelineBuilder pipeline = Pipeline.named("orders").parallelism(1);
        pipeline.task("a").retry(RetryPolicy.attempts(2)).run(ctx -> {
            ctx.progress(1, 2);
            if (ctx.attempt() == 1) {
                throw new IllegalStateException();
            }
        });
        pipeline.task("b").after("a").run(ctx -> {
            throw new IllegalStateException();
        });
        pipeline.task("c").after("b").run(ctx -> {});
        return pipeline.build();
    }

    private void assertWhole(RunReport run) {
        assertThat(run.tasks())
                .extracting(TaskReport::state)
                .containsExactly(TaskState.SUCCEEDED, TaskState.FAILED, TaskState.UPSTREAM_FAILED);
        assertThat(told)
                .containsExactly(
                        "run started, 0 of 3",
                        "a started",
                        "a 1/2",
                        "a retrying",
                        "a started",
                        "a 1/2",
                        "a SUCCEEDED",
                        "b started",
                        "b FAILED",
                        "c UPSTREAM_FAILED",
                        "run FAILED");
    }

    @Test
    void a_listener_hears_everything_in_order() {
        try (Etl etl = Etl.builder().listener(new Recorder()).build()) {
            assertWhole(etl.run(pipeline()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                IllegalStateException.class,
                AssertionError.class,
                StackOverflowError.class,
                OutOfMemoryError.class,
                NoClassDefFoundError.class
            })
    void a_listener_that_throws_at_everything_changes_nothing(Class<? extends Throwable> type) {
        RunListener broken = new Broken(type);
        try (Etl etl = Etl.builder().listener(broken).listener(new Recorder()).build()) {
            assertWhole(etl.run(pipeline()));
        }
    }

    @Test
    void a_listener_that_leaves_the_thread_interrupted_does_not_interrupt_a_task() {
        PipelineBuilder pipeline = Pipeline.named("orders").parallelism(1);
        pipeline.task("a").run(ctx -> {});
        TaskRef<Boolean> next = pipeline.task("b", Boolean.class)
                .after("a")
                .run(ctx -> Thread.currentThread().isInterrupted());
        try (Etl etl = Etl.builder()
                .listener(new RunListener() {
                    @Override
                    public boolean synchronous() {
                        return true;
                    }

                    @Override
                    public void onTaskEnded(TaskEnded event) {
                        Thread.currentThread().interrupt();
                    }

                    @Override
                    public void onTaskStarted(TaskStarted event) {
                        Thread.currentThread().interrupt();
                    }
                })
                .build()) {
            assertThat(etl.run(pipeline.build()).output(next)).isFalse();
        }
    }
}
