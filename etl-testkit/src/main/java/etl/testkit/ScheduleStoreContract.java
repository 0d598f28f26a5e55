package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.RunJournal;
import etl.core.spi.ScheduleStore;
import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredSchedule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ScheduleStore} must do: extend it, give it a store, and run it with JUnit. */
public abstract class ScheduleStoreContract {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00.123456Z");

    private @Nullable StateStore opened;

    /** For the subclass. */
    protected ScheduleStoreContract() {}

    /**
     * A store for one test, which closes it. It may hold runs and schedules of other tests.
     *
     * @return the store
     */
    protected abstract StateStore open();

    @BeforeEach
    void openStore() {
        opened = open();
    }

    @AfterEach
    void closeStore() {
        store().close();
    }

    @Test
    void a_schedule_is_found_as_it_was_registered() {
        StoredSchedule schedule = schedule(NOON, NOON.minusSeconds(60));

        assertThat(schedules().register(schedule)).isEqualTo(schedule);
        assertThat(schedules().find(schedule.name())).contains(schedule);
        assertThat(schedules().all()).contains(schedule);
        assertThat(schedules().find("no such schedule")).isEmpty();
    }

    @Test
    void the_first_registration_counts() {
        StoredSchedule first = schedule(NOON, NOON);
        StoredSchedule second =
                new StoredSchedule(first.name(), "other", "every PT1S", NOON.plusSeconds(9), NOON.plusSeconds(9), true);

        schedules().register(first);

        assertThat(schedules().register(second)).isEqualTo(first);
        assertThat(schedules().find(first.name())).contains(first);
    }

    @Test
    void schedules_are_listed_by_their_names() {
        List<String> names = new ArrayList<>();
        String prefix = "s-" + UUID.randomUUID();
        for (String end : List.of("b", "B", "a", "_", "-", "1")) {
            names.add(prefix + end);
            schedules().register(new StoredSchedule(prefix + end, "orders", "manual", NOON, NOON, false));
        }

        assertThat(schedules().all())
                .extracting(StoredSchedule::name)
                .filteredOn(name -> name.startsWith(prefix))
                .containsExactlyElementsOf(names.stream().sorted().toList());
    }

    @Test
    void ticks_are_handled_forward_only() {
        String name = registered(NOON);

        assertThat(schedules().advance(name, NOON.plusSeconds(10))).isTrue();
        assertThat(schedules().advance(name, NOON.plusSeconds(10))).isFalse();
        assertThat(schedules().advance(name, NOON.plusSeconds(5))).isFalse();
        assertThat(schedules().advance("no such schedule", NOON)).isFalse();

        assertThat(found(name).handledUntil()).isEqualTo(NOON.plusSeconds(10));
    }

    @Test
    void of_many_who_handle_the_same_tick_one_is_told_so() throws Exception {
        String name = registered(NOON);
        Callable<Boolean> advance = () -> schedules().advance(name, NOON.plusSeconds(1));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            int told = 0;
            for (Future<Boolean> one : threads.invokeAll(
                    List.of(advance, advance, advance, advance, advance, advance, advance, advance))) {
                told += one.get(30, TimeUnit.SECONDS) ? 1 : 0;
            }
            assertThat(told).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_schedule_is_paused_and_goes_on() {
        String name = registered(NOON);

        assertThat(schedules().pause(name, true)).isTrue();
        assertThat(schedules().pause(name, true)).isTrue();
        assertThat(found(name).paused()).isTrue();
        assertThat(schedules().advance(name, NOON.plusSeconds(1))).isTrue();
        assertThat(schedules().pause(name, false)).isTrue();
        assertThat(found(name).paused()).isFalse();
        assertThat(schedules().pause("no such schedule", true)).isFalse();
    }

    @Test
    void a_new_timing_makes_the_ticks_before_it_handled() {
        String name = registered(NOON);

        schedules().redefine(name, "every PT1S", NOON.plusSeconds(60));

        assertThat(found(name))
                .returns("every PT1S", StoredSchedule::timing)
                .returns(NOON.plusSeconds(60), StoredSchedule::handledUntil);
    }

    @Test
    void the_same_timing_changes_nothing() {
        String name = registered(NOON);

        schedules().redefine(name, found(name).timing(), NOON.plusSeconds(60));

        assertThat(found(name).handledUntil()).isEqualTo(NOON);
    }

    @Test
    void a_new_timing_does_not_go_back_and_does_not_end_a_catch_up() {
        String ahead = registered(NOON);
        StoredSchedule catchingUp = schedules().register(schedule(NOON, NOON.minusSeconds(3600)));

        schedules().redefine(ahead, "every PT1S", NOON.minusSeconds(1));
        schedules().redefine(catchingUp.name(), "every PT1S", NOON.plusSeconds(1));

        assertThat(found(ahead).handledUntil()).isEqualTo(NOON);
        assertThat(found(catchingUp.name()).handledUntil()).isEqualTo(NOON.minusSeconds(3600));
        assertThat(found(catchingUp.name()).timing()).isEqualTo("every PT1S");
    }

    @Test
    void runs_that_have_not_ended_are_found_the_oldest_first() {
        String pipeline = "p-" + UUID.randomUUID();
        RunId queued = created(pipeline, NOON.plusSeconds(2));
        RunId running = created(pipeline, NOON.plusSeconds(1));
        RunId ended = created(pipeline, NOON);
        created("other-" + pipeline, NOON);
        try (RunJournal journal = store().journal(running)) {
            AwaitedReceipt.started(journal, NOON);
        }
        try (RunJournal journal = store().journal(ended)) {
            AwaitedReceipt.started(journal, NOON);
            journal.ended(RunState.FAILED, NOON, Optional.empty());
        }

        assertThat(store().unfinished(pipeline))
                .extracting(StoredRun::definition)
                .extracting(NewRun::id)
                .containsExactly(running, queued);
        try (RunJournal journal = store().journal(ended)) {
            journal.reopen(Set.of());
        }
        assertThat(store().unfinished(pipeline)).hasSize(3);
    }

    private StateStore store() {
        return Objects.requireNonNull(opened);
    }

    private ScheduleStore schedules() {
        return store().schedules();
    }

    private StoredSchedule found(String name) {
        return schedules().find(name).orElseThrow();
    }

    private String registered(Instant at) {
        return schedules().register(schedule(at, at)).name();
    }

    private static StoredSchedule schedule(Instant registeredAt, Instant handledUntil) {
        return new StoredSchedule(
                "s-" + UUID.randomUUID(),
                "orders",
                "cron '0 6 * * *' in Europe/Berlin",
                registeredAt,
                handledUntil,
                false);
    }

    private RunId created(String pipeline, Instant at) {
        RunId id = RunId.random();
        store().create(new NewRun(
                id, pipeline, "f00d", Optional.empty(), Map.of(), EngineRun.LOCAL, 1, at, Optional.empty(), false));
        return id;
    }
}
