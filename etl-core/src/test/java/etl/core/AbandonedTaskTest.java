package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.spi.RunExecutor;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an abandoned task had is free for others, and no more than that. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AbandonedTaskTest {
    private static final Duration LIMIT = Duration.ofHours(1);
    private static final Duration GRACE = Duration.ofHours(2);

    private final BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();
    private final Map<Duration, Runnable> alarms = new ConcurrentHashMap<>();
    private final CountDownLatch blocks = new CountDownLatch(1);
    private final Semaphore stubborn = new Semaphore(0);

    /** What the task's thread does when its failure is about to be stored. */
    private volatile Runnable beforeFailure = () -> {};

    private final Etl etl = Etl.builder()
            .parallelism(2)
            .pool("db", 1)
            .grace(GRACE)
            .time(new TimeDouble() {
                @Override
                public Alarm after(Duration delay, Runnable action) {
                    alarms.put(delay, action);
                    return Alarm.NONE;
                }
            })
            .executor(new StepByStep())
            .store(new StoreDouble() {
                @Override
                void beforeWrite(TaskChange change) {
                    if (change.state() == TaskState.FAILED) {
                        beforeFailure.run();
                    }
                }
            })
            .build();

    /** Threads begin when the test says so. */
    private final class StepByStep implements RunExecutor {
        @Override
        public Executor stepsOf(RunId run) {
            return steps::add;
        }

        @Override
        public <T> T await(RunId run, CompletableFuture<T> end, Duration limit)
                throws InterruptedException, ExecutionException {
            blocks.countDown();
            return end.get();
        }
    }

    @AfterEach
    void close() {
        stubborn.release(2);
        etl.close();
    }

    private Thread beginNext() throws InterruptedException {
        Thread thread = new Thread(steps.take());
        thread.start();
        return thread;
    }

    private void runAll() {
        for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
            step.run();
        }
    }

    private void abandon() {
        Objects.requireNonNull(alarms.remove(LIMIT)).run();
        Objects.requireNonNull(alarms.remove(GRACE)).run();
    }

    /** How many threads begin with tasks at once. */
    private int beginning(String pool) {
        PipelineBuilder others = Pipeline.named("others");
        for (int task = 0; task < 5; task++) {
            ActionBuilder other = others.task("t" + task);
            (pool.isEmpty() ? other : other.pool(pool)).run(context -> {});
        }
        etl.submit(others.build(), Arguments.none());
        int begun = steps.size();
        runAll();
        return begun;
    }

    @Test
    void a_task_that_waits_for_a_run_gives_its_slots_back_once() throws Exception {
        PipelineBuilder inner = Pipeline.named("inner");
        inner.task("clean-up").runsFinally().run(context -> stubborn.acquireUninterruptibly());
        Pipeline waitedFor = inner.build();
        PipelineBuilder outer = Pipeline.named("outer");
        outer.task("waits").pool("db").timeout(LIMIT).run(context -> etl.run(waitedFor));
        etl.submit(outer.build(), Arguments.none());

        Thread waiting = beginNext();
        Thread cleaningUp = beginNext();
        blocks.await();
        abandon();
        runAll();
        int besideTheOtherRun = beginning("");
        int inThePool = beginning("db");
        stubborn.release();
        cleaningUp.join();
        runAll();
        waiting.join();

        assertThat(besideTheOtherRun).isEqualTo(1);
        assertThat(inThePool).isEqualTo(1);
        assertThat(beginning("")).isEqualTo(2);
        assertThat(beginning("db")).isEqualTo(1);
    }

    @Test
    void a_task_that_returns_while_it_is_abandoned_gives_its_slots_back() throws Exception {
        PipelineBuilder pipeline = Pipeline.named("orders");
        pipeline.task("stubborn").pool("db").timeout(LIMIT).run(context -> {
            blocks.countDown();
            stubborn.acquireUninterruptibly();
        });
        etl.submit(pipeline.build(), Arguments.none());
        Thread thread = beginNext();
        beforeFailure = () -> {
            stubborn.release();
            join(thread);
        };
        blocks.await();

        abandon();
        runAll();

        assertThat(beginning("")).isEqualTo(2);
        assertThat(beginning("db")).isEqualTo(1);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        }
    }
}
