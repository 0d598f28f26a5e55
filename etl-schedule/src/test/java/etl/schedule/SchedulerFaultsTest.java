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
import etl.core.spi.ScheduleStore;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong with a schedule, and what is refused. */
class SchedulerFaultsTest extends SchedulersOnOneStore {
    static List<Throwable> faults() {
        return List.of(
                new IllegalStateException("not yet"),
                new NoClassDefFoundError("Absent"),
                new StateStoreException("not now", null));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_schedule_that_cannot_start_its_run_neither_stops_the_others_nor_loses_its_tick(Throwable thrown)
            throws Exception {
        AtomicReference<Throwable> fault = new AtomicReference<>(thrown);
        start(builder()
                .schedule("faulty", orders.pipeline, HOURLY, tick -> {
                    raise(fault.get());
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
    void a_moment_without_a_thread_does_not_end_all_schedules() throws Exception {
        AtomicBoolean isFull = new AtomicBoolean();
        start(builder()
                .executor(action -> {
                    if (isFull.get()) {
                        throw new RejectedExecutionException("as planned");
                    }
                    action.run();
                })
                .pollInterval(Duration.ofMinutes(1))
                .schedule("hourly", orders.pipeline, HOURLY, tick -> Arguments.none()));
        isFull.set(true);
        pass(1);
        assertThat(store.findByKey("orders", "schedule/hourly/2001-01-01T01:00:00Z"))
                .isEmpty();

        isFull.set(false);
        time.pass(Duration.ofMinutes(1));
        assertThat(orders.await(1)).containsExactly("01:00");
    }

    private static void raise(Throwable fault) {
        if (fault instanceof Error error) {
            throw error;
        }
        if (fault instanceof RuntimeException exception) {
            throw exception;
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_store_that_cannot_be_read_for_a_while_is_read_again(Throwable thrown) throws Exception {
        AtomicReference<Throwable> fault = new AtomicReference<>();
        Etl etl = Etl.builder().store(failing(fault)).time(time).build();
        open.add(etl);
        start(Scheduler.builder(etl)
                .executor(Runnable::run)
                .pollInterval(Duration.ofMinutes(1))
                .schedule("hourly", orders.pipeline, HOURLY, tick -> Arguments.none()));

        fault.set(thrown);
        pass(1);
        assertThat(store.findByKey("orders", "schedule/hourly/2001-01-01T01:00:00Z"))
                .isEmpty();

        fault.set(null);
        time.pass(Duration.ofMinutes(1));
        assertThat(orders.await(1)).containsExactly("01:00");
    }

    /** The store of the test, whose schedules cannot be listed while there is a fault. */
    private StateStore failing(AtomicReference<Throwable> fault) {
        ScheduleStore schedules = around(ScheduleStore.class, (method, arguments) -> {
            if (method.getName().equals("all")) {
                raise(fault.get());
            }
            return method.invoke(store.schedules(), arguments);
        });
        return around(
                StateStore.class,
                (method, arguments) ->
                        method.getName().equals("schedules") ? schedules : method.invoke(store, arguments));
    }

    /** What is called instead of a method. */
    private interface Call {
        Object of(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static <T> T around(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.of(method, arguments)));
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
