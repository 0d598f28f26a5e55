package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import etl.core.Arguments;
import etl.core.DataInterval;
import etl.core.Etl;
import etl.core.InMemoryStateStore;
import etl.core.MissedTicks;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.Schedule;
import etl.core.TaskRef;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.RunListener;
import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private static final Schedule HOURLY = Schedule.cron("@hourly", ZoneId.of("UTC"));
    private static final Instant MIDNIGHT = Instant.parse("2001-01-01T00:00:00Z");

    private final StateStore store = InMemoryStateStore.create();
    private final TurnedTime time = new TurnedTime();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Orders orders = new Orders();
    private final Semaphore ended = new Semaphore(0);

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    /** Another process on the same store. */
    private Etl process() {
        RunListener listener = new RunListener() {
            @Override
            public boolean synchronous() {
                return true;
            }

            @Override
            public void onRunEnded(RunEnded event) {
                ended.release();
            }
        };
        Etl etl = Etl.builder().store(store).time(time).listener(listener).build();
        open.add(etl);
        return etl;
    }

    private SchedulerBuilder builder() {
        return Scheduler.builder(process()).executor(Runnable::run).pollInterval(Duration.ofDays(365));
    }

    private Scheduler start(SchedulerBuilder builder) {
        Scheduler scheduler = builder.start();
        open.add(0, scheduler);
        return scheduler;
    }

    private Scheduler start(Schedule schedule) {
        return start(builder().schedule("hourly", orders.pipeline, schedule, tick -> Arguments.none()));
    }

    private void pass(int hours) {
        time.pass(Duration.ofHours(hours));
    }

    // --- ticks -----------------------------------------------------------------------------------------------------

    @Test
    void each_tick_starts_a_run_with_its_key_and_its_data_interval() throws Exception {
        start(HOURLY);
        pass(1);

        assertThat(orders.await(1)).containsExactly("01:00");
        StoredRun run = store.findByKey("orders", "schedule/hourly/2001-01-01T01:00:00Z")
                .orElseThrow();
        assertThat(run.definition().dataInterval()).contains(new DataInterval(MIDNIGHT, MIDNIGHT.plusSeconds(3600)));
        pass(2);
        assertThat(orders.await(2)).containsExactlyInAnyOrder("02:00", "03:00");
    }

    @Test
    void a_pipeline_is_kept_by_the_schedule_that_it_declares_with_arguments_made_of_the_interval() throws Exception {
        PipelineBuilder builder = Pipeline.named("daily").schedule(Schedule.cron("@daily", ZoneId.of("UTC")));
        Parameter<LocalDate> day = builder.parameter("day", LocalDate.class).required();
        TaskRef<LocalDate> load = builder.task("load", LocalDate.class).run(ctx -> ctx.get(day));
        AtomicReference<Tick> made = new AtomicReference<>();
        CountDownLatch started = new CountDownLatch(1);
        Scheduler scheduler = start(builder().schedule(builder.build(), tick -> {
            made.set(tick);
            started.countDown();
            return Arguments.of(
                    day, LocalDate.ofInstant(tick.dataInterval().orElseThrow().start(), ZoneOffset.UTC));
        }));
        pass(24);

        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(made.get())
                .returns("daily", Tick::schedule)
                .returns(MIDNIGHT.plus(Duration.ofDays(1)), Tick::at)
                .returns(true, tick -> tick.event().isEmpty());
        RunHandle triggered = scheduler.trigger("daily");
        assertThat(triggered.await().orThrow().output(load)).isEqualTo(LocalDate.of(2001, 1, 1));
        assertThat(store.recent(9))
                .extracting(run -> run.definition().arguments())
                .allSatisfy(arguments -> assertThat(arguments).containsEntry("day", "2001-01-01"));
    }

    @Test
    void start_and_end_bound_the_ticks() throws Exception {
        Scheduler scheduler =
                start(HOURLY.startingAt(MIDNIGHT.plusSeconds(2 * 3600)).endingAt(MIDNIGHT.plusSeconds(3 * 3600)));

        assertThat(scheduler.status("hourly").nextTick()).contains(MIDNIGHT.plusSeconds(2 * 3600));
        pass(10);
        assertThat(orders.await(2)).containsExactlyInAnyOrder("02:00", "03:00");
        assertThat(scheduler.status("hourly").nextTick()).isEmpty();
        assertThat(store.recent(9)).hasSize(2);
    }

    @Test
    void jitter_delays_the_start_and_not_the_interval() throws Exception {
        Instant tick = MIDNIGHT.plusSeconds(3600);
        Duration delay = Jitter.of("hourly", tick, Duration.ofMinutes(30), Optional.of(tick.plusSeconds(3600)));
        assertThat(delay).isPositive();
        start(HOURLY.jitter(Duration.ofMinutes(30)));

        time.pass(Duration.ofHours(1).plus(delay).minusMillis(1));
        assertThat(store.recent(9)).isEmpty();
        time.pass(Duration.ofMillis(1));
        assertThat(orders.await(1)).containsExactly("01:00");
    }

    // --- what was missed -------------------------------------------------------------------------------------------

    private void down(Schedule schedule, Duration downtime) throws Exception {
        Scheduler first = start(schedule);
        pass(1);
        orders.await(1);
        assertThat(ended.tryAcquire(1, 30, TimeUnit.SECONDS)).isTrue();
        first.close();
        time.pass(downtime);
        assertThat(store.recent(9)).hasSize(1);
        start(schedule);
    }

    @Test
    void after_a_downtime_the_latest_missed_tick_starts_a_run() throws Exception {
        down(HOURLY, Duration.ofMinutes(5 * 60 + 30));

        assertThat(orders.await(1)).containsExactly("06:00");
        pass(1);
        assertThat(orders.await(1)).containsExactly("07:00");
        assertThat(store.recent(9)).hasSize(3);
    }

    @Test
    void after_a_downtime_missed_ticks_are_skipped() throws Exception {
        down(HOURLY.missed(MissedTicks.SKIP), Duration.ofMinutes(5 * 60 + 30));
        assertThat(store.recent(9)).hasSize(1);

        pass(1);
        assertThat(orders.await(1)).containsExactly("07:00");
    }

    @Test
    void a_tick_that_is_less_than_a_minute_late_is_not_missed() throws Exception {
        down(HOURLY.missed(MissedTicks.SKIP), Duration.ofSeconds(5 * 3600 + 59));

        assertThat(orders.await(1)).containsExactly("06:00");
        assertThat(store.recent(9)).hasSize(2);
    }

    @Test
    void after_a_downtime_all_missed_ticks_start_runs_in_their_order() throws Exception {
        down(HOURLY.missed(MissedTicks.ALL).maxActiveRuns(1), Duration.ofMinutes(5 * 60 + 30));

        assertThat(orders.await(5)).containsExactly("02:00", "03:00", "04:00", "05:00", "06:00");
        pass(1);
        assertThat(orders.await(1)).containsExactly("07:00");
    }

    @Test
    void missed_ticks_with_jitter_are_judged_by_when_they_are_due() throws Exception {
        Schedule schedule = HOURLY.jitter(Duration.ofMinutes(59));
        Instant last = MIDNIGHT.plusSeconds(6 * 3600);
        Duration delay = Jitter.of("hourly", last, Duration.ofMinutes(59), Optional.of(last.plusSeconds(3600)));
        Scheduler first = start(schedule);
        pass(2);
        orders.await(1);
        first.close();
        time.pass(Duration.ofHours(4).plus(delay).minusMillis(1));
        start(schedule);

        assertThat(orders.await(1)).as("06:00 is not due yet").containsExactly("05:00");
        time.pass(Duration.ofMillis(1));
        assertThat(orders.await(1)).containsExactly("06:00");
    }

    // --- catching up -----------------------------------------------------------------------------------------------

    @Test
    void the_first_registration_catches_up_in_order_and_no_later_one_does() throws Exception {
        Schedule schedule = HOURLY.catchUpFrom(MIDNIGHT.minusSeconds(3 * 3600)).maxActiveRuns(1);
        Scheduler first = start(schedule);

        assertThat(orders.await(4)).containsExactly("21:00", "22:00", "23:00", "00:00");
        assertThat(ended.tryAcquire(4, 30, TimeUnit.SECONDS)).isTrue();
        first.close();
        pass(5);
        start(schedule);
        assertThat(orders.await(1)).as("missed, and only the latest counts").containsExactly("05:00");
        assertThat(store.recent(9)).hasSize(5);
    }

    @Test
    void without_catch_up_a_start_in_the_past_is_only_a_bound() throws Exception {
        start(HOURLY.startingAt(MIDNIGHT.minusSeconds(3 * 3600)).missed(MissedTicks.ALL));
        assertThat(store.recent(9)).isEmpty();

        pass(1);
        assertThat(orders.await(1)).containsExactly("01:00");
    }

    @Test
    void a_changed_timing_begins_with_the_moment_of_the_change() throws Exception {
        Scheduler first = start(HOURLY.missed(MissedTicks.ALL));
        time.pass(Duration.ofMinutes(90));
        orders.await(1);
        first.close();
        start(Schedule.cron("*/10 * * * *", ZoneId.of("UTC")).missed(MissedTicks.ALL));

        assertThat(store.recent(9)).as("nothing of 01:10 to 01:30").hasSize(1);
        time.pass(Duration.ofMinutes(10));
        assertThat(orders.await(1)).containsExactly("01:40");
    }

    // --- active runs -----------------------------------------------------------------------------------------------

    @Test
    void a_tick_waits_while_as_many_runs_as_allowed_are_active_in_all_processes() throws Exception {
        Semaphore permits = new Semaphore(0);
        Orders slow = new Orders("slow", tick -> permits.acquireUninterruptibly());
        Schedule schedule = HOURLY.missed(MissedTicks.ALL).maxActiveRuns(2);
        for (int i = 0; i < 3; i++) {
            start(builder().schedule("hourly", slow.pipeline, schedule, tick -> Arguments.none()));
        }
        pass(5);

        assertThat(store.unfinished("slow"))
                .extracting(run -> run.definition().runKey().orElseThrow())
                .containsExactly("schedule/hourly/2001-01-01T01:00:00Z", "schedule/hourly/2001-01-01T02:00:00Z");
        permits.release(2);
        slow.await(2);
        permits.release(3);
        assertThat(slow.await(3)).containsExactlyInAnyOrder("03:00", "04:00", "05:00");
        assertThat(store.recent(9)).hasSize(5);
    }

    // --- pausing ---------------------------------------------------------------------------------------------------

    @Test
    void a_pause_holds_in_all_processes_and_outlives_them() throws Exception {
        Scheduler one = start(HOURLY);
        Scheduler other = start(HOURLY);
        pass(1);
        orders.await(1);

        one.pause("hourly");
        assertThat(other.status("hourly").paused()).isTrue();
        assertThat(other.status("hourly").nextTick()).isEmpty();
        pass(3);
        one.close();
        other.close();
        Scheduler later = start(HOURLY);
        pass(1);
        assertThat(store.recent(9)).hasSize(1);

        later.resume("hourly");
        assertThat(orders.await(1)).as("the latest one that was missed").containsExactly("05:00");
        assertThat(later.status("hourly").paused()).isFalse();
        assertThat(later.status("hourly").nextTick()).contains(MIDNIGHT.plusSeconds(6 * 3600));
    }

    @Test
    void a_scheduler_that_is_not_started_looks_after_the_schedules_of_others() throws Exception {
        Scheduler looking = builder()
                .schedule("hourly", orders.pipeline, HOURLY, tick -> Arguments.none())
                .build();
        open.add(0, looking);
        assertThat(looking.status())
                .containsExactly(new ScheduleStatus(
                        "hourly", "orders", HOURLY, false, false, Optional.of(MIDNIGHT.plusSeconds(3600)), 0));
        looking.pause("hourly");
        Scheduler keeping = start(HOURLY);
        pass(1);
        assertThat(store.recent(9)).isEmpty();
        assertThat(looking.status("hourly"))
                .isEqualTo(new ScheduleStatus("hourly", "orders", HOURLY, true, true, Optional.empty(), 0));

        looking.resume("hourly");
        assertThat(store.recent(9))
                .as("the one that keeps it has not looked yet")
                .isEmpty();
        keeping.resume("hourly");
        assertThat(orders.await(1)).containsExactly("01:00");
        assertThat(looking.trigger("hourly").await().state()).isEqualTo(RunState.SUCCEEDED);
    }

    // --- triggers --------------------------------------------------------------------------------------------------

    @Test
    void an_event_starts_one_run_however_often_and_wherever_it_is_told() throws Exception {
        PipelineBuilder builder = Pipeline.named("files");
        Parameter<String> file = builder.parameter("file", String.class).required();
        Parameter<String> at = builder.parameter("at", String.class).required();
        TaskRef<String> load = builder.task("load", String.class).run(ctx -> ctx.get(file));
        Pipeline pipeline = builder.schedule(Schedule.manual()).build();
        Function<Tick, Arguments> arguments =
                tick -> Arguments.of(file, tick.event().orElse("none"))
                        .and(at, tick.at().toString());
        Scheduler one = start(builder().schedule(pipeline, arguments));
        Scheduler other = start(builder().schedule(pipeline, arguments));

        RunHandle first = one.trigger("files", "a 'b'/c\uD83D\uDE00.csv");
        assertThat(first.await().orThrow().output(load)).isEqualTo("a 'b'/c\uD83D\uDE00.csv");
        time.pass(Duration.ofHours(1));
        RunHandle second = other.trigger("files", "a 'b'/c\uD83D\uDE00.csv");

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.await().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(one.trigger("files", "other").await().orThrow().output(load)).isEqualTo("other");
        assertThat(one.trigger("files").await().orThrow().output(load)).isEqualTo("none");
        assertThat(one.trigger("files").id()).isNotEqualTo(first.id());
        assertThat(one.status("files").nextTick()).isEmpty();
        assertThat(store.find(first.id()).orElseThrow().definition().dataInterval())
                .isEmpty();
    }

    @Test
    void keys_of_events_that_no_store_keeps_are_refused() {
        Scheduler scheduler = start(HOURLY);

        for (String key : new String[] {"", " ", "x".repeat(300)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> scheduler.trigger("hourly", key))
                    .withMessageContaining("1 to 233 characters");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> scheduler.trigger("hourly", "a\0b"));
    }

    @Test
    void a_run_that_is_triggered_works_on_the_newest_interval_that_is_over() throws Exception {
        Scheduler scheduler = start(HOURLY);
        time.pass(Duration.ofMinutes(90));
        orders.await(1);

        scheduler.pause("hourly");
        RunHandle run = scheduler.trigger("hourly");

        assertThat(run.await().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(orders.await(1)).containsExactly("01:00");
        assertThat(run.isExisting()).isFalse();
    }

    // --- clocks that are turned ------------------------------------------------------------------------------------

    @Test
    void a_clock_that_is_turned_back_repeats_no_tick() throws Exception {
        start(poll(HOURLY.missed(MissedTicks.ALL)));
        pass(3);
        assertThat(orders.await(3)).containsExactlyInAnyOrder("01:00", "02:00", "03:00");
        time.turn(Duration.ofHours(-1));
        pass(2);
        assertThat(orders.await(1)).containsExactly("04:00");
        time.turn(Duration.ofDays(-1));
        pass(24);
        assertThat(store.recent(99)).hasSize(4);
        pass(1);
        assertThat(orders.await(1)).containsExactly("05:00");
    }

    @Test
    void a_clock_that_is_turned_forward_loses_no_tick() throws Exception {
        start(poll(HOURLY.missed(MissedTicks.ALL).maxActiveRuns(1)));
        time.turn(Duration.ofHours(3));
        time.pass(Duration.ofMinutes(1));

        assertThat(orders.await(3)).containsExactly("01:00", "02:00", "03:00");
        time.turn(Duration.ofDays(1));
        time.pass(Duration.ofMinutes(1));
        assertThat(orders.await(24)).hasSize(24).startsWith("04:00").endsWith("03:00");
        time.pass(Duration.ofHours(1));
        assertThat(orders.await(1)).containsExactly("04:00");
    }

    private SchedulerBuilder poll(Schedule schedule) {
        return builder()
                .schedule("hourly", orders.pipeline, schedule, tick -> Arguments.none())
                .pollInterval(Duration.ofMinutes(1));
    }

    // --- faults ----------------------------------------------------------------------------------------------------

    @Test
    void a_schedule_that_cannot_start_its_run_neither_stops_the_others_nor_loses_its_tick() throws Exception {
        AtomicReference<RuntimeException> fault = new AtomicReference<>(new IllegalStateException("not yet"));
        start(builder()
                .schedule("faulty", orders.pipeline, HOURLY, tick -> {
                    if (fault.get() != null) {
                        throw fault.get();
                    }
                    return Arguments.none();
                })
                .schedule("sound", orders.pipeline, HOURLY, tick -> Arguments.none())
                .pollInterval(Duration.ofMinutes(1)));
        pass(1);
        assertThat(orders.await(1)).hasSize(1);
        assertThat(store.findByKey("orders", "schedule/sound/2001-01-01T01:00:00Z"))
                .isPresent();

        fault.set(null);
        time.pass(Duration.ofMinutes(1));
        assertThat(orders.await(1)).containsExactly("01:00");
        assertThat(store.findByKey("orders", "schedule/faulty/2001-01-01T01:00:00Z"))
                .isPresent();
    }

    @Test
    void what_does_not_fit_is_refused_before_anything_starts() {
        SchedulerBuilder builder = builder();

        assertThatIllegalArgumentException().isThrownBy(builder::start).withMessageContaining("there is no schedule");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.schedule(orders.pipeline))
                .withMessageContaining("pipeline 'orders' declares no schedule");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.schedule("a/b", orders.pipeline, HOURLY, tick -> Arguments.none()))
                .withMessageContaining("schedule name 'a/b' is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.schedule(
                        "wrong",
                        orders.pipeline,
                        Schedule.cron("61 * * * *", ZoneId.of("UTC")),
                        tick -> Arguments.none()))
                .withMessageContaining("field 1");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.pollInterval(Duration.ZERO));
        builder.schedule("hourly", orders.pipeline, HOURLY, tick -> Arguments.none());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.schedule("hourly", orders.pipeline, HOURLY, tick -> Arguments.none()))
                .withMessageContaining("was added before");
        start(builder);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(builder()
                        .schedule(
                                "hourly", new Orders("other", tick -> {}).pipeline, HOURLY, tick -> Arguments.none())))
                .withMessageContaining("schedule 'hourly' belongs to pipeline 'orders' in this store");
    }

    @Test
    void unknown_schedules_are_refused_with_those_that_are_known() {
        Scheduler scheduler = start(HOURLY);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> scheduler.pause("daily"))
                .withMessage("there is no schedule 'daily'; known: hourly");
        assertThatIllegalArgumentException().isThrownBy(() -> scheduler.resume("daily"));
        assertThatIllegalArgumentException().isThrownBy(() -> scheduler.trigger("daily"));
        assertThatIllegalArgumentException().isThrownBy(() -> scheduler.trigger("daily", "event"));
        assertThatIllegalArgumentException().isThrownBy(() -> scheduler.status("daily"));
    }

    @Test
    void a_tick_whose_run_was_recorded_by_a_process_that_died_is_not_started_again() throws Exception {
        Scheduler first = start(HOURLY.missed(MissedTicks.ALL));
        first.close();
        RunId recorded = RunId.ofKey("orders", "schedule/hourly/2001-01-01T01:00:00Z");
        store.create(new NewRun(
                recorded,
                "orders",
                orders.pipeline.fingerprint(),
                Optional.of("schedule/hourly/2001-01-01T01:00:00Z"),
                Map.of(),
                EngineRun.LOCAL,
                1,
                MIDNIGHT,
                Optional.of(new DataInterval(MIDNIGHT, MIDNIGHT.plusSeconds(3600))),
                false));
        start(HOURLY.missed(MissedTicks.ALL).maxActiveRuns(2));
        pass(2);

        assertThat(orders.await(1)).as("01:00 belongs to the other process").containsExactly("02:00");
        assertThat(store.find(recorded).orElseThrow().state()).isEqualTo(RunState.QUEUED);

        try (Etl recovering = Etl.builder().store(store).time(new TurnedTime()).build()) {
            recovering.resume(recorded, orders.pipeline).await().orThrow();
        }
        assertThat(orders.await(1)).containsExactly("01:00");
    }

    // --- beginning and end -----------------------------------------------------------------------------------------

    @Test
    void a_closed_scheduler_starts_nothing_and_lets_runs_go_on() throws Exception {
        Semaphore permits = new Semaphore(0);
        Orders slow = new Orders("slow", tick -> permits.acquireUninterruptibly());
        Scheduler scheduler = start(builder().schedule("hourly", slow.pipeline, HOURLY, tick -> Arguments.none()));
        pass(1);
        scheduler.close();
        scheduler.close();
        pass(5);
        permits.release();

        assertThat(slow.await(1)).containsExactly("01:00");
        assertThat(store.recent(9)).hasSize(1);
    }

    @Test
    void runs_that_a_former_process_left_make_room_for_others_once_they_are_recovered() throws Exception {
        Semaphore permits = new Semaphore(0);
        CountDownLatch begun = new CountDownLatch(1);
        Orders slow = new Orders("slow", tick -> {
            begun.countDown();
            permits.acquireUninterruptibly();
        });
        Etl dying = Etl.builder().store(store).time(time).grace(Duration.ZERO).build();
        Scheduler first = Scheduler.builder(dying)
                .executor(Runnable::run)
                .schedule("hourly", slow.pipeline, HOURLY.maxActiveRuns(1), tick -> Arguments.none())
                .start();
        pass(1);
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        first.close();
        dying.close();
        assertThat(store.unfinished("slow")).hasSize(1);

        permits.release(9);
        Etl etl = Etl.builder()
                .store(store)
                .time(new TurnedTime())
                .recover(slow.pipeline)
                .build();
        open.add(etl);
        Scheduler second = Scheduler.builder(etl)
                .schedule("hourly", slow.pipeline, HOURLY.maxActiveRuns(1), tick -> Arguments.none())
                .start();
        open.add(0, second);

        assertThat(slow.await(1)).containsExactly("01:00");
    }

    @Test
    void by_default_it_works_on_a_thread_of_its_own_and_a_real_clock() throws Exception {
        Etl etl = Etl.inMemory();
        open.add(etl);
        Scheduler scheduler = Scheduler.builder(etl)
                .schedule("secondly", orders.pipeline, Schedule.every(Duration.ofSeconds(1)), tick -> Arguments.none())
                .start();
        open.add(0, scheduler);

        assertThat(orders.await(2)).hasSize(2);
    }
}
