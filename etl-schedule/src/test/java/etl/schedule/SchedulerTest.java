package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.DataInterval;
import etl.core.Etl;
import etl.core.MissedTicks;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunState;
import etl.core.Schedule;
import etl.core.TaskRef;
import etl.core.spi.StoredRun;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SchedulerTest extends SchedulersOnOneStore {
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
        permits.release(5);
        assertThat(slow.await(5)).containsExactlyInAnyOrder("01:00", "02:00", "03:00", "04:00", "05:00");
        assertThat(store.recent(9)).hasSize(5);
    }

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
