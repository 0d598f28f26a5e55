package etl.schedule;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.InMemoryStateStore;
import etl.core.Schedule;
import etl.core.spi.RunListener;
import etl.core.spi.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;

/** Schedulers of several processes on one store, on a clock that only the test turns. */
abstract class SchedulersOnOneStore {
    static final Schedule HOURLY = Schedule.cron("@hourly", ZoneId.of("UTC"));
    static final Instant MIDNIGHT = Instant.parse("2001-01-01T00:00:00Z");
    final StateStore store = InMemoryStateStore.create();
    final TurnedTime time = new TurnedTime();
    final List<AutoCloseable> open = new ArrayList<>();
    final Orders orders = new Orders();
    final Semaphore ended = new Semaphore(0);

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }
    /** Another process on the same store. */
    Etl process() {
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

    SchedulerBuilder builder() {
        return Scheduler.builder(process()).executor(Runnable::run).pollInterval(Duration.ofDays(365));
    }

    Scheduler start(SchedulerBuilder builder) {
        Scheduler scheduler = builder.start();
        open.add(0, scheduler);
        return scheduler;
    }

    Scheduler start(Schedule schedule) {
        return start(builder().schedule("hourly", orders.pipeline, schedule, tick -> Arguments.none()));
    }

    void pass(int hours) {
        time.pass(Duration.ofHours(hours));
    }
}
