package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.EngineRun;
import etl.core.spi.RunListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that the host owns. */
@Timeout(30)
class HostExecutorTest {
    private final ExecutorService threads = Executors.newFixedThreadPool(2, action -> new Thread(action, "host"));
    private final PipelineBuilder pipeline = Pipeline.named("orders");

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    @Test
    void tasks_are_executed_on_the_hosts_threads_which_stay_its_own() throws Exception {
        List<TaskRef<String>> tasks = List.of(
                pipeline.task("a", String.class)
                        .run(ctx -> Thread.currentThread().getName()),
                pipeline.task("b", String.class)
                        .run(ctx -> Thread.currentThread().getName()));
        Pipeline built = pipeline.build();
        RunReport report;
        EngineAttempt attempt;
        try (Etl etl = Etl.builder().executor(threads).build()) {
            report = etl.run(built);
            ExternalRuns external = etl.external();
            attempt = external.attempt(
                    built, external.begin(built, Arguments.none(), new EngineRun("luigi", "1")), "a", 0);
        }

        assertThat(tasks).extracting(report::output).containsOnly("host");
        assertThat(attempt.output()).isEqualTo("host");
        assertThat(threads.submit(() -> "still open").get()).isEqualTo("still open");
    }

    @Test
    void where_the_executor_rejects_the_run_is_stopped_and_can_be_resumed() {
        TaskRef<Integer> task = pipeline.task("a", Integer.class).run(ctx -> 1);
        Pipeline built = pipeline.build();
        try (Etl etl = Etl.builder().executor(full()).build()) {
            RunHandle run = etl.submit(built, Arguments.none());

            assertThatThrownBy(run::await).isInstanceOf(RunStoppedException.class);
            try (Etl other = Etl.builder().store(etl.store()).executor(threads).build()) {
                assertThat(other.resume(run.id(), built).await().output(task)).isEqualTo(1);
            }
        }
    }

    @Test
    void a_cancel_of_many_that_wait_for_a_pool_needs_few_threads() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        List<String> executed = new CopyOnWriteArrayList<>();
        TaskRef<Integer> cached =
                pipeline.task("cached", Integer.class).cache(Cache.version("1")).run(ctx -> 1);
        pipeline.task("hold").pool("db").after(cached).run(ctx -> {
            holding.countDown();
            new CountDownLatch(1).await();
        });
        for (int task = 0; task < 400; task++) {
            pipeline.task("t" + task).pool("db").after(cached).run(ctx -> {});
        }
        pipeline.task("clean").runsFinally().run(ctx -> executed.add("clean"));
        ThreadPoolExecutor small = new ThreadPoolExecutor(4, 4, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(50));
        try (Etl etl =
                Etl.builder().executor(small).pool("db", 1).parallelism(4).build()) {
            RunHandle run = etl.submit(pipeline.build(), Arguments.none());
            holding.await();
            run.cancel();

            assertThat(run.await().state()).isEqualTo(RunState.CANCELLED);
            assertThat(executed).containsExactly("clean");
        } finally {
            small.shutdownNow();
        }
    }

    @Test
    void a_run_that_waits_for_a_cached_output_is_stopped_when_no_thread_can_be_had_for_it() throws Exception {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        TaskRef<Integer> slow = pipeline.task("slow", Integer.class)
                .cache(Cache.version("1"))
                .run(ctx -> {
                    computing.countDown();
                    end.await();
                    return 1;
                });
        Pipeline built = pipeline.build();
        AtomicBoolean isFull = new AtomicBoolean();
        Executor host = action -> {
            if (isFull.get()) {
                throw new RejectedExecutionException("as planned");
            }
            threads.execute(action);
        };
        RunListener listener = new RunListener() {
            @Override
            public boolean synchronous() {
                return true;
            }

            @Override
            public void onCacheChecked(CacheChecked event) {
                if (event.result() == CacheResult.WAITING) {
                    waiting.countDown();
                }
            }
        };
        try (Etl etl = Etl.builder().executor(host).listener(listener).build()) {
            RunHandle first = etl.submit(built, Arguments.none());
            computing.await();
            RunHandle second = etl.submit(built, Arguments.none());
            waiting.await();
            isFull.set(true);

            assertThatThrownBy(second::await).isInstanceOf(RunStoppedException.class);
            isFull.set(false);
            end.countDown();
            assertThat(first.await().output(slow)).isEqualTo(1);
            assertThat(etl.resume(second.id(), built).await().output(slow)).isEqualTo(1);
        }
    }

    /** An executor without a free thread and without a place in its queue. */
    private ThreadPoolExecutor full() {
        ThreadPoolExecutor full = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1));
        full.shutdown();
        return full;
    }

    @Test
    void what_a_rejected_run_had_is_free_for_the_next_one() {
        for (String task : List.of("a", "b")) {
            pipeline.task(task).pool("db").run(ctx -> {});
        }
        Pipeline built = pipeline.build();
        AtomicBoolean full = new AtomicBoolean(true);
        Executor sometimesFull = action -> {
            if (full.get()) {
                throw new RejectedExecutionException("as planned");
            }
            threads.execute(action);
        };
        try (Etl etl = Etl.builder()
                .executor(sometimesFull)
                .parallelism(1)
                .pool("db", 1)
                .build()) {
            assertThatThrownBy(() -> etl.run(built)).isInstanceOf(RunStoppedException.class);
            full.set(false);

            assertThat(etl.run(built).state()).isEqualTo(RunState.SUCCEEDED);
        }
    }

    @Test
    void two_executors_are_refused() {
        EtlBuilder builder = Etl.builder().executor(threads);

        assertThatIllegalStateException()
                .isThrownBy(() -> builder.executor(Runnable::run))
                .withMessageContaining("already set");
    }

    @Test
    void the_jitter_comes_from_the_given_source() {
        pipeline.task("flaky")
                .retry(RetryPolicy.attempts(2).fixed(Duration.ofMillis(10)).jitter(1))
                .run(ctx -> {
                    throw new IllegalStateException("attempt " + ctx.attempt());
                });
        int[] asked = new int[1];
        RandomGenerator lowest = () -> {
            asked[0]++;
            return 0;
        };
        try (Etl etl = Etl.builder().random(lowest).build()) {
            etl.run(pipeline.build());
        }

        assertThat(asked[0]).isEqualTo(1);
    }
}
