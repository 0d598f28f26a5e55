package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.spi.RunListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LimitsTest {
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    private void busy() {
        most.accumulateAndGet(now.incrementAndGet(), Math::max);
        Thread.onSpinWait();
        now.decrementAndGet();
    }

    private Pipeline wide(String name, int tasks, String pool) {
        PipelineBuilder builder = Pipeline.named(name);
        for (int i = 0; i < tasks; i++) {
            ActionBuilder task = builder.task("t" + i);
            (pool.isEmpty() ? task : task.pool(pool)).run(ctx -> busy());
        }
        return builder.build();
    }

    @Test
    void the_orchestrators_limit_holds_over_all_its_runs() {
        try (Etl etl = Etl.builder().parallelism(3).build()) {
            List<RunHandle> runs = IntStream.range(0, 8)
                    .mapToObj(i -> etl.submit(wide("wide" + i, 200, ""), Arguments.none()))
                    .toList();

            runs.forEach(run -> assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED));
        }

        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void a_pool_holds_over_all_runs() {
        try (Etl etl = Etl.builder().parallelism(16).pool("db", 2).build()) {
            List<RunHandle> runs = IntStream.range(0, 4)
                    .mapToObj(i -> etl.submit(wide("wide" + i, 100, "db"), Arguments.none()))
                    .toList();

            runs.forEach(run -> assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED));
        }

        assertThat(most.get()).isBetween(1, 2);
    }

    @Test
    void nobody_waits_behind_a_run_that_is_over() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        PipelineBuilder holder = Pipeline.named("holder");
        holder.task("hold").pool("db").run(ctx -> {
            holding.countDown();
            end.await();
        });
        PipelineBuilder large = Pipeline.named("large");
        large.task("both").pool("db", 2).run(ctx -> busy());

        try (Etl etl = Etl.builder().pool("db", 2).build()) {
            RunHandle held = etl.submit(holder.build(), Arguments.none());
            holding.await();
            RunHandle waiting = etl.submit(large.build(), Arguments.none());
            RunHandle behind = etl.submit(wide("small", 1, "db"), Arguments.none());
            waiting.cancel();

            assertThat(waiting.await().state()).isEqualTo(RunState.CANCELLED);
            behind.await().orThrow();
            end.countDown();
            held.await().orThrow();
        }
    }

    @Test
    void nobody_is_forgotten_behind_a_run_that_ends_when_it_has_come_to_its_turn() throws Exception {
        AtomicReference<RunHandle> first = new AtomicReference<>();
        AtomicBoolean asked = new AtomicBoolean(true);
        StoreDouble store = new StoreDouble() {
            @Override
            void beforeIsOwner() {
                if (!asked.getAndSet(true)) {
                    first.get().cancel();
                }
            }
        };
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        PipelineBuilder holder = Pipeline.named("holder");
        holder.task("hold").pool("db").run(ctx -> {
            holding.countDown();
            end.await();
            asked.set(false);
        });
        PipelineBuilder urgent = Pipeline.named("urgent");
        urgent.task("only").pool("db").priority(1000).run(ctx -> busy());
        try (Etl etl = Etl.builder().store(store).pool("db", 1).build()) {
            RunHandle held = etl.submit(holder.build(), Arguments.none());
            holding.await();
            List<RunHandle> behind = IntStream.range(0, 3)
                    .mapToObj(i -> etl.submit(wide("behind" + i, 1, "db"), Arguments.none()))
                    .toList();
            first.set(etl.submit(urgent.build(), Arguments.none()));
            end.countDown();

            held.await().orThrow();
            behind.forEach(run -> run.await().orThrow());
        }
    }

    @Test
    void a_retry_whose_run_is_cancelled_while_its_alarm_is_set_leaves_none() throws Exception {
        AtomicReference<RunHandle> run = new AtomicReference<>();
        CountDownLatch dropped = new CountDownLatch(1);
        Duration delay = Duration.ofDays(1);
        TimeDouble time = new TimeDouble() {
            @Override
            public Alarm after(Duration after, Runnable action) {
                if (!after.equals(delay)) {
                    return super.after(after, action);
                }
                run.get().cancel();
                return dropped::countDown;
            }
        };
        CountDownLatch submitted = new CountDownLatch(1);
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("flaky").retry(RetryPolicy.attempts(2).fixed(delay)).run(ctx -> {
            submitted.await();
            throw new IllegalStateException("as planned");
        });
        try (Etl etl = Etl.builder().time(time).build()) {
            run.set(etl.submit(builder.build(), Arguments.none()));
            submitted.countDown();

            assertThat(run.get().await().state()).isEqualTo(RunState.CANCELLED);
            dropped.await(); // Perhaps a moment after the run has ended.
        }
    }

    @Test
    void the_period_of_a_limit_of_starts_may_never_end() {
        Pipeline two = wide("two", 2, "db");
        CompletableFuture<String> firstEnded = new CompletableFuture<>();
        RunListener listener = new RunListener() {
            @Override
            public void onTaskEnded(TaskEnded event) {
                firstEnded.complete(event.taskId());
            }
        };

        try (Etl etl = Etl.builder()
                .pool("db", 2, 1, Duration.ofSeconds(Long.MAX_VALUE))
                .listener(listener)
                .build()) {
            RunHandle run = etl.submit(two, Arguments.none());
            assertThat(firstEnded.join()).isEqualTo("t0");
            run.cancel();

            assertThat(run.await().tasks())
                    .extracting(TaskReport::state)
                    .containsExactly(TaskState.SUCCEEDED, TaskState.CANCELLED);
        }
    }

    @Test
    void a_task_does_not_leave_its_slots_to_the_next_one_while_another_run_waits_for_them() {
        List<String> order = new CopyOnWriteArrayList<>();
        PipelineBuilder other = Pipeline.named("other");
        other.task("other").pool("db").run(ctx -> order.add("other"));
        Pipeline waiting = other.build();

        try (Etl etl = Etl.builder()
                .executor(Runnable::run)
                .parallelism(2)
                .pool("db", 1)
                .build()) {
            PipelineBuilder chain = Pipeline.named("chain");
            TaskRef<?> first = chain.task("first").pool("db").run(ctx -> {
                order.add("first");
                etl.submit(waiting, Arguments.none());
            });
            TaskRef<?> second = chain.task("second").pool("db").after(first).run(ctx -> order.add("second"));
            chain.task("third").pool("db").after(second).run(ctx -> order.add("third"));

            etl.run(chain.build()).orThrow();
        }

        assertThat(order).containsExactly("first", "other", "second", "third");
    }

    @Test
    void a_pool_that_is_unknown_or_too_small_is_refused_before_the_run() {
        PipelineBuilder builder = Pipeline.named("needs");
        builder.task("t").pool("db", 3).run(ctx -> {});
        Pipeline pipeline = builder.build();

        try (Etl none = Etl.inMemory();
                Etl small = Etl.builder().pool("db", 2).build()) {
            assertThatThrownBy(() -> none.run(pipeline))
                    .hasMessage("task 't' needs pool 'db', which this orchestrator does not have; add pool(\"db\","
                            + " slots) to its builder");
            assertThatThrownBy(() -> small.run(pipeline)).hasMessageContaining("needs 3 slots of pool 'db'");
        }
    }

    @Test
    void a_pool_has_a_name_of_its_own() {
        EtlBuilder builder = Etl.builder().pool("db", 2);

        assertThatThrownBy(() -> builder.pool("db", 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("pool 'db' was already added; name another one, or add it once");
        assertThatThrownBy(() -> builder.pool(" ", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the name of a pool is blank");
    }

    @Test
    void what_is_more_important_goes_first_where_slots_are_scarce() throws Exception {
        CountDownLatch everythingWaits = new CountDownLatch(1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        PipelineBuilder builder = Pipeline.named("priorities").parallelism(1);
        builder.task("first").priority(1000).run(ctx -> everythingWaits.await());
        builder.task("low").priority(-5).run(ctx -> order.add("low"));
        builder.task("normal").run(ctx -> order.add("normal"));
        builder.task("high").priority(7).run(ctx -> order.add("high"));

        try (Etl etl = Etl.inMemory()) {
            RunHandle run = etl.submit(builder.build(), Arguments.none());
            everythingWaits.countDown();
            run.await().orThrow();
        }

        assertThat(order).containsExactly("high", "normal", "low");
    }

    @Test
    void a_turn_comes_after_a_bounded_number_of_more_important_arrivals() {
        long low = Turn.of(0, 0);

        assertThat(IntStream.range(1, 10_000).filter(arrival -> Turn.of(arrival, 3) < low))
                .hasSize(3 * Turn.OVERTAKES - 1);
    }

    @Test
    void runs_take_turns_so_that_a_short_one_does_not_wait_for_a_long_one() {
        CountDownLatch shortIsThere = new CountDownLatch(1);
        CountDownLatch shortHasEnded = new CountDownLatch(1);
        PipelineBuilder longOne = Pipeline.named("long");
        longOne.task("t0").run(ctx -> shortIsThere.await());
        for (int i = 1; i < 50; i++) {
            longOne.task("t" + i).after("t" + (i - 1)).run(ctx -> {});
        }
        longOne.task("t50").after("t49").run(ctx -> shortHasEnded.await());
        PipelineBuilder shortOne = Pipeline.named("short");
        for (int i = 0; i < 5; i++) {
            shortOne.task("s" + i).run(ctx -> {});
        }

        try (Etl etl = Etl.builder().parallelism(1).build()) {
            RunHandle slow = etl.submit(longOne.build(), Arguments.none());
            RunHandle quick = etl.submit(shortOne.build(), Arguments.none());
            shortIsThere.countDown();

            assertThat(quick.await().state()).isEqualTo(RunState.SUCCEEDED);
            shortHasEnded.countDown();
            slow.await().orThrow();
        }
    }

    @Test
    void tasks_that_run_pipelines_cannot_keep_these_from_going_on() {
        PipelineBuilder inner = Pipeline.named("inner");
        TaskRef<Integer> one = inner.task("one", Integer.class).pool("db").run(ctx -> 1);
        Pipeline innerPipeline = inner.build();

        try (Etl etl = Etl.builder().parallelism(2).pool("db", 1).build()) {
            PipelineBuilder outer = Pipeline.named("outer");
            List<TaskRef<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(outer.task("t" + i, Integer.class)
                        .pool("db")
                        .run(ctx -> etl.run(innerPipeline).output(one)));
            }
            TaskRef<Integer> sum = outer.task("sum", Integer.class)
                    .fromAll(all)
                    .run((ctx, values) ->
                            values.stream().mapToInt(Integer::intValue).sum());

            assertThat(etl.run(outer.build()).output(sum)).isEqualTo(20);
        }
    }
}
