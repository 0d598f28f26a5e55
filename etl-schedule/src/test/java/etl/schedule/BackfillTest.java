package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.DataInterval;
import etl.core.Etl;
import etl.core.InMemoryStateStore;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunId;
import etl.core.Schedule;
import etl.core.TaskRef;
import etl.core.spi.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BackfillTest {
    private static final Schedule HOURLY = Schedule.cron("@hourly", ZoneId.of("UTC"));
    private static final Instant FROM = Instant.parse("2001-01-01T00:00:00Z");

    private final StateStore store = InMemoryStateStore.create();
    private final Etl etl = Etl.builder().store(store).build();
    private final Set<Instant> failing = ConcurrentHashMap.newKeySet();
    private final Orders orders = new Orders("orders", tick -> {
        if (failing.contains(tick)) {
            throw new IllegalStateException("no data at " + tick);
        }
    });

    private static Instant hour(int hour) {
        return FROM.plusSeconds(hour * 3600L);
    }

    private Backfill hours(int count) {
        return Backfill.of(orders.pipeline, HOURLY, FROM, hour(count));
    }

    @Test
    void each_interval_gets_one_run_the_oldest_first() throws Exception {
        BackfillReport report = hours(4).run(etl).orThrow();

        assertThat(orders.await(4)).containsExactly("01:00", "02:00", "03:00", "04:00");
        assertThat(report.intervals())
                .extracting(IntervalReport::interval)
                .containsExactly(
                        new DataInterval(FROM, hour(1)),
                        new DataInterval(hour(1), hour(2)),
                        new DataInterval(hour(2), hour(3)),
                        new DataInterval(hour(3), hour(4)));
        assertThat(report.intervals().get(0).run())
                .isEqualTo(store.findByKey("orders", "schedule/orders/2001-01-01T01:00:00Z")
                        .map(run -> run.definition().id()));
    }

    @Test
    void or_the_newest_first() throws Exception {
        hours(3).newestFirst().run(etl).orThrow();

        assertThat(orders.await(3)).containsExactly("03:00", "02:00", "01:00");
    }

    @Test
    void as_many_runs_as_allowed_are_under_way_at_once() {
        CyclicBarrier four = new CyclicBarrier(4);
        AtomicInteger active = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        PipelineBuilder builder = Pipeline.named("wide");
        builder.task("load").run(ctx -> {
            most.accumulateAndGet(active.incrementAndGet(), Math::max);
            four.await(30, TimeUnit.SECONDS);
            active.decrementAndGet();
        });
        Backfill backfill = Backfill.of(builder.build(), HOURLY, FROM, hour(12)).parallelism(4);

        assertThat(backfill.run(etl).isComplete()).isTrue();
        assertThat(most).hasValue(4);
    }

    @Test
    void what_has_succeeded_is_not_repeated_and_what_has_failed_is_resumed() throws Exception {
        failing.add(hour(2));
        failing.add(hour(4));
        BackfillReport first = hours(4).run(etl);
        assertThat(orders.await(2)).containsExactly("01:00", "03:00");
        assertThat(first.isComplete()).isFalse();
        assertThat(first.intervals())
                .extracting(IntervalReport::state)
                .containsExactly(
                        IntervalState.SUCCEEDED, IntervalState.FAILED, IntervalState.SUCCEEDED, IntervalState.FAILED);
        assertThatThrownBy(first::orThrow)
                .isInstanceOfSatisfying(
                        BackfillReport.BackfillFailedException.class,
                        failure -> assertThat(failure.report()).isSameAs(first))
                .hasMessageContaining("of 4 data intervals 2 have not succeeded")
                .hasMessageContaining("the first is 2001-01-01T01:00:00Z/2001-01-01T02:00:00Z: FAILED")
                .hasMessageContaining("no data at 2001-01-01T02:00:00Z");

        failing.clear();
        BackfillReport second = hours(5).run(etl).orThrow();

        assertThat(orders.await(3)).containsExactly("02:00", "04:00", "05:00");
        assertThat(second.intervals())
                .extracting(IntervalReport::before)
                .containsExactly(true, false, true, false, false);
        assertThat(second.intervals().get(1).run())
                .isEqualTo(first.intervals().get(1).run());
        assertThat(store.recent(9)).hasSize(5);
    }

    @Test
    void the_scheduler_and_the_backfill_share_the_runs_of_a_schedule() throws Exception {
        TurnedTime time = new TurnedTime();
        Etl scheduled = Etl.builder().store(store).time(time).build();
        try (Scheduler scheduler = Scheduler.builder(scheduled)
                .executor(Runnable::run)
                .schedule("hourly", orders.pipeline, HOURLY, tick -> Arguments.none())
                .start()) {
            time.pass(Duration.ofHours(1));
            orders.await(1);
            assertThat(scheduler.status("hourly").registered()).isTrue();
            while (!store.recent(1).get(0).state().isFinal()) {
                Thread.onSpinWait();
            }
        }

        BackfillReport report = hours(2).named("hourly").run(etl).orThrow();

        assertThat(report.intervals()).extracting(IntervalReport::before).contains(true);
        assertThat(orders.await(1)).containsExactly("02:00");
        assertThat(orders.isIdle()).isTrue();
    }

    @Test
    void a_dry_run_says_how_things_stand_and_starts_nothing() throws Exception {
        failing.add(hour(2));
        hours(2).run(etl);

        BackfillReport plan = hours(3).plan(etl);

        assertThat(plan.intervals())
                .extracting(IntervalReport::state)
                .containsExactly(IntervalState.SUCCEEDED, IntervalState.FAILED, IntervalState.NOT_RUN);
        assertThat(plan.intervals().get(1).problem()).get().asString().contains("no data at");
        assertThat(store.recent(9)).hasSize(2);
        assertThat(hours(3).intervals()).hasSize(3);
    }

    @Test
    void arguments_are_made_of_the_interval_and_kept_by_a_resume() {
        PipelineBuilder builder = Pipeline.named("argued");
        Parameter<String> until = builder.parameter("until", String.class).required();
        AtomicInteger failures = new AtomicInteger(1);
        TaskRef<String> load = builder.task("load", String.class).run(ctx -> {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("once");
            }
            return ctx.get(until);
        });
        Pipeline pipeline = builder.build();
        Backfill backfill = Backfill.of(pipeline, HOURLY, FROM, hour(1));

        RunId run = backfill.arguments(tick -> Arguments.of(until, "until " + tick.at()))
                .run(etl)
                .intervals()
                .get(0)
                .run()
                .orElseThrow();
        backfill.arguments(tick -> Arguments.of(until, "something else"))
                .run(etl)
                .orThrow();

        assertThat(store.output(run, load.id(), String.class)).isEqualTo("until 2001-01-01T01:00:00Z");
    }

    @Test
    void progress_is_told_and_a_listener_that_fails_changes_nothing() {
        failing.add(hour(2));
        List<BackfillProgress> told = new ArrayList<>();

        hours(3).onProgress(progress -> {
                    told.add(progress);
                    throw new IllegalStateException("a listener");
                })
                .run(etl);

        assertThat(told)
                .containsExactly(
                        new BackfillProgress(3, 0, 0, 0),
                        new BackfillProgress(3, 1, 0, 0),
                        new BackfillProgress(3, 1, 1, 0),
                        new BackfillProgress(3, 2, 1, 0));
    }

    @Test
    void a_run_of_another_definition_is_refused_and_the_rest_goes_on() throws Exception {
        failing.add(hour(1));
        hours(1).run(etl);
        PipelineBuilder changed = Pipeline.named("orders");
        changed.task("load").run(ctx -> {});
        changed.task("more").run(ctx -> {});

        BackfillReport report =
                Backfill.of(changed.build(), HOURLY, FROM, hour(2)).run(etl);

        assertThat(report.intervals())
                .extracting(IntervalReport::state)
                .containsExactly(IntervalState.REFUSED, IntervalState.SUCCEEDED);
        assertThat(report.intervals().get(0).problem()).get().asString().contains("another definition");
    }

    @Test
    void an_interrupt_cancels_the_active_runs_and_starts_no_more() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        PipelineBuilder builder = Pipeline.named("endless");
        builder.task("load").run(ctx -> {
            begun.countDown();
            new CountDownLatch(1).await();
        });
        Backfill backfill = Backfill.of(builder.build(), HOURLY, FROM, hour(5)).parallelism(2);
        FutureTask<Boolean> flag = new FutureTask<>(() -> Thread.currentThread().isInterrupted());
        List<BackfillReport> reports = new ArrayList<>();
        Thread thread = new Thread(() -> {
            reports.add(backfill.run(etl));
            flag.run();
        });
        thread.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        thread.interrupt();

        assertThat(flag.get(30, TimeUnit.SECONDS)).as("the flag is set again").isTrue();
        assertThat(reports.get(0).count(IntervalState.CANCELLED)).isEqualTo(2);
        assertThat(reports.get(0).count(IntervalState.NOT_RUN)).isEqualTo(3);
    }

    @Test
    void an_orchestrator_that_closes_ends_the_backfill_which_goes_on_later() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        PipelineBuilder builder = Pipeline.named("slow");
        builder.task("load").run(ctx -> {
            begun.countDown();
            goOn.await();
        });
        Backfill backfill = Backfill.of(builder.build(), HOURLY, FROM, hour(3));
        FutureTask<BackfillReport> first = new FutureTask<>(() -> backfill.run(etl));
        new Thread(first).start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        etl.close();

        BackfillReport stopped = first.get(30, TimeUnit.SECONDS);
        assertThat(stopped.intervals())
                .extracting(IntervalReport::state)
                .containsExactly(IntervalState.UNFINISHED, IntervalState.NOT_RUN, IntervalState.NOT_RUN);
        goOn.countDown();
        try (Etl later = Etl.builder().store(store).build()) {
            BackfillReport report = backfill.run(later).orThrow();
            assertThat(report.intervals().get(0).run())
                    .isEqualTo(stopped.intervals().get(0).run());
        }
    }

    /** A pipeline whose runs each wait for a permit of the test. */
    private static Pipeline gated(String name, Semaphore begun, Semaphore goOn) {
        PipelineBuilder builder = Pipeline.named(name);
        builder.task("load").run(ctx -> {
            begun.release();
            goOn.acquire();
        });
        return builder.build();
    }

    /** Closes an orchestrator, and returns when it starts nothing more. */
    private static Thread closing(Etl draining) {
        Thread thread = new Thread(draining::close);
        thread.start();
        try {
            while (true) {
                var unused = draining.control();
                Thread.onSpinWait();
            }
        } catch (IllegalStateException closed) {
            return thread;
        }
    }

    @Test
    void a_backfill_whose_orchestrator_drains_reports_what_it_has_done() throws Exception {
        Etl draining = Etl.builder().store(store).drain(Duration.ofSeconds(60)).build();
        Semaphore begun = new Semaphore(0);
        Semaphore goOn = new Semaphore(0);
        Backfill backfill = Backfill.of(gated("slow", begun, goOn), HOURLY, FROM, hour(4));
        FutureTask<BackfillReport> report = new FutureTask<>(() -> backfill.run(draining));
        new Thread(report).start();
        goOn.release();
        assertThat(begun.tryAcquire(2, 30, TimeUnit.SECONDS)).isTrue();
        Thread closing = closing(draining);
        goOn.release();

        assertThat(report.get(30, TimeUnit.SECONDS).intervals())
                .extracting(IntervalReport::state)
                .containsExactly(
                        IntervalState.SUCCEEDED, IntervalState.SUCCEEDED, IntervalState.NOT_RUN, IntervalState.NOT_RUN);
        closing.join();
        assertThat(backfill.run(draining).intervals())
                .as("a backfill on an orchestrator that is closed")
                .extracting(IntervalReport::state)
                .containsOnly(IntervalState.SUCCEEDED, IntervalState.NOT_RUN);
    }

    @Test
    void a_backfill_that_follows_the_run_of_another_process_while_its_orchestrator_drains_waits_for_its_own()
            throws Exception {
        Etl draining = Etl.builder().store(store).drain(Duration.ofSeconds(60)).build();
        Semaphore begun = new Semaphore(0);
        Semaphore goOn = new Semaphore(0);
        Pipeline pipeline = gated("shared", begun, goOn);
        FutureTask<BackfillReport> elsewhere = new FutureTask<>(
                () -> Backfill.of(pipeline, HOURLY, FROM, hour(1)).run(etl));
        new Thread(elsewhere).start();
        assertThat(begun.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        FutureTask<BackfillReport> report = new FutureTask<>(() ->
                Backfill.of(pipeline, HOURLY, FROM, hour(3)).parallelism(2).run(draining));
        new Thread(report).start();
        assertThat(begun.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        Thread closing = closing(draining);

        assertThatThrownBy(() -> report.get(3, TimeUnit.SECONDS))
                .as("still waiting after it has looked whether the other process lives")
                .isInstanceOf(TimeoutException.class);
        goOn.release(2);
        assertThat(report.get(30, TimeUnit.SECONDS).intervals())
                .extracting(IntervalReport::state)
                .doesNotContain(IntervalState.FAILED)
                .endsWith(IntervalState.NOT_RUN)
                .element(1)
                .isEqualTo(IntervalState.SUCCEEDED);
        closing.join();
        assertThat(elsewhere.get(30, TimeUnit.SECONDS).isComplete()).isTrue();
    }

    @Test
    void a_task_runs_a_backfill_on_its_own_orchestrator() {
        PipelineBuilder outer = Pipeline.named("outer");
        TaskRef<Integer> done = outer.task("backfill", Integer.class)
                .run(ctx -> hours(5).parallelism(3).run(etlOfOne()).count(IntervalState.SUCCEEDED));

        assertThat(etlOfOne().run(outer.build()).orThrow().output(done)).isEqualTo(5);
    }

    private final Etl one = Etl.builder().store(store).parallelism(1).build();

    private Etl etlOfOne() {
        return one;
    }

    @Test
    void two_backfills_at_once_in_one_process_execute_each_interval_once() throws Exception {
        FutureTask<BackfillReport> other =
                new FutureTask<>(() -> hours(23).parallelism(4).run(etl));
        new Thread(other).start();
        BackfillReport mine = hours(23).parallelism(4).newestFirst().run(etl);

        assertThat(mine.isComplete()).isTrue();
        assertThat(other.get(60, TimeUnit.SECONDS).isComplete()).isTrue();
        assertThat(orders.await(23)).doesNotHaveDuplicates();
        assertThat(orders.isIdle()).isTrue();
    }

    @Test
    void a_range_without_intervals_or_with_too_many_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Backfill.of(orders.pipeline, HOURLY, FROM, FROM.plusSeconds(3599)))
                .withMessageContaining("take a longer range");
        assertThatIllegalArgumentException().isThrownBy(() -> Backfill.of(orders.pipeline, HOURLY, hour(5), FROM));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Backfill.of(
                        orders.pipeline, Schedule.every(Duration.ofSeconds(1)), FROM, FROM.plusSeconds(100_001)))
                .withMessageContaining("take a shorter range");
        assertThat(Backfill.of(orders.pipeline, Schedule.every(Duration.ofSeconds(1)), FROM, FROM.plusSeconds(100_000))
                        .intervals())
                .hasSize(100_000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Backfill.of(orders.pipeline, FROM, hour(5)))
                .withMessageContaining("declares no schedule");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Backfill.of(orders.pipeline, Schedule.manual(), FROM, hour(5)));
        assertThatIllegalArgumentException().isThrownBy(() -> hours(1).parallelism(0));
        assertThatIllegalArgumentException().isThrownBy(() -> hours(1).named("a b"));
    }
}
