package etl.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import etl.core.Arguments;
import etl.core.DataInterval;
import etl.core.Etl;
import etl.core.MissedTicks;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.Schedule;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What goes wrong with a schedule, and what is refused. */
class SchedulerFaultsTest extends SchedulersOnOneStore {
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
}
