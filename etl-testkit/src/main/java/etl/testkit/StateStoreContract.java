package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.DataInterval;
import etl.core.GenericType;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link StateStore} must do: extend it, give it a store, and run it with JUnit. */
public abstract class StateStoreContract extends StoreUnderTest {
    /** For the subclass. */
    protected StateStoreContract() {}

    private @Nullable Object roundTrip(String task, @Nullable Object value, Type type) throws Exception {
        RunId run = created();
        try (RunJournal journal = store().journal(run)) {
            written(journal, TaskChange.started(task, 1, NOON));
            written(journal, TaskChange.succeeded(task, 1, NOON, RowCounts.NONE, value, type));
        }
        return store().output(run, task, type);
    }

    private void assertRefused(RunJournal journal, TaskChange change) {
        assertThatThrownBy(() -> written(journal, change))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StaleWriteException.class);
    }

    @Test
    void a_new_run_is_queued_and_found_as_it_was_recorded() {
        NewRun run = newRun(Optional.of("key " + RunId.random()), Map.of("day", "it's \"2001\"\n\uD83D\uDE00"));

        assertThat(store().create(run)).isTrue();

        StoredRun found = store().find(run.id()).orElseThrow();
        assertThat(found)
                .returns(run, StoredRun::definition)
                .returns(RunState.QUEUED, StoredRun::state)
                .returns(Optional.empty(), StoredRun::startedAt)
                .returns(Optional.empty(), StoredRun::endedAt)
                .returns(Optional.empty(), StoredRun::error)
                .returns(0, StoredRun::crashes);
        assertThat(store().findByKey(run.pipeline(), run.runKey().orElseThrow()))
                .contains(found);
        assertThat(store().recent(1_000)).contains(found);
        assertThat(store().tasks(run.id())).isEmpty();
    }

    @Test
    void a_run_keeps_its_data_interval_and_that_it_refreshes_the_cache() {
        NewRun plain = newRun(Optional.empty(), Map.of());
        DataInterval day = new DataInterval(NOON, NOON.plus(Duration.ofDays(1)));
        NewRun run = new NewRun(
                plain.id(),
                plain.pipeline(),
                plain.fingerprint(),
                plain.runKey(),
                plain.arguments(),
                plain.engineRun(),
                plain.tasks(),
                plain.createdAt(),
                Optional.of(day),
                true);

        assertThat(store().create(run)).isTrue();
        reopen(run.id(), Set.of());

        assertThat(store().find(run.id()).orElseThrow().definition()).isEqualTo(run);
    }

    @Test
    void a_run_is_created_once() {
        NewRun run = newRun(Optional.of("key " + RunId.random()), Map.of());
        NewRun sameKey = newRun(run.runKey(), Map.of("other", "arguments"));

        assertThat(store().create(run)).isTrue();
        assertThat(store().create(run)).isFalse();
        assertThat(store().create(sameKey)).isFalse();
        assertThat(store().find(sameKey.id())).isEmpty();
        assertThat(store().find(run.id()).orElseThrow().definition()).isEqualTo(run);
    }

    @Test
    void runs_are_created_together_but_for_those_that_exist() {
        NewRun before = newRun(Optional.of("key " + RunId.random()), Map.of());
        store().create(before);
        NewRun sameKey = newRun(before.runKey(), Map.of("other", "arguments"));
        NewRun keyed = newRun(Optional.of("key " + RunId.random()), Map.of("day", "it's \"2001\"\n\uD83D\uDE00"));
        NewRun plain = newRun(Optional.empty(), Map.of());

        assertThat(store().createAll(List.of(plain, sameKey, keyed, before)))
                .containsExactlyInAnyOrder(plain.id(), keyed.id());
        assertThat(store().createAll(List.of())).isEmpty();

        assertThat(store().find(plain.id()).orElseThrow().definition()).isEqualTo(plain);
        assertThat(store().find(keyed.id()).orElseThrow())
                .returns(keyed, StoredRun::definition)
                .returns(RunState.QUEUED, StoredRun::state);
        assertThat(store().find(sameKey.id())).isEmpty();
        assertThat(store().find(before.id()).orElseThrow().definition()).isEqualTo(before);
    }

    @Test
    void runs_that_were_created_together_can_be_written_at_once() throws Exception {
        NewRun one = newRun(Optional.empty(), Map.of());
        NewRun other = newRun(Optional.empty(), Map.of());
        store().createAll(List.of(one, other));

        for (NewRun run : List.of(one, other)) {
            try (RunJournal journal = store().journal(run.id())) {
                written(journal, TaskChange.started("a", 1, NOON));
            }
            assertThat(store().task(run.id(), "a").orElseThrow().state()).isEqualTo(TaskState.RUNNING);
        }
    }

    @Test
    void an_unknown_run_is_not_there() {
        RunId unknown = RunId.random();

        assertThat(store().find(unknown)).isEmpty();
        assertThat(store().findByKey("orders", "no such key")).isEmpty();
        assertThat(store().tasks(unknown)).isEmpty();
        assertThat(store().task(unknown, "a")).isEmpty();
        assertThatThrownBy(() -> store().journal(unknown)).isInstanceOf(StateStoreException.class);
        assertThatThrownBy(() -> store().output(unknown, "a", String.class)).isInstanceOf(StateStoreException.class);
    }

    @Test
    void a_run_is_started_and_ended() {
        RunId run = created();
        ErrorInfo error = new ErrorInfo("java.lang.Error", "it's \"bad\"\n\uD83D\uDE00", "at a(b.java:1)");
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON);
            assertThat(store().find(run).orElseThrow())
                    .returns(RunState.RUNNING, StoredRun::state)
                    .returns(Optional.of(NOON), StoredRun::startedAt);
            journal.ended(RunState.FAILED, NOON.plusSeconds(5), Optional.of(error));
        }

        assertThat(store().find(run).orElseThrow())
                .returns(RunState.FAILED, StoredRun::state)
                .returns(Optional.of(NOON.plusSeconds(5)), StoredRun::endedAt)
                .returns(Optional.of(error), StoredRun::error);
    }

    @Test
    void the_attempts_of_a_task_are_kept() throws Exception {
        RunId run = created();
        ErrorInfo error = new ErrorInfo("java.lang.IllegalStateException", "once", "at a(b.java:1)");
        RowCounts rows = new RowCounts(3, 2, 1);
        try (RunJournal journal = store().journal(run)) {
            written(journal, TaskChange.started("a", 1, NOON));
            written(journal, TaskChange.failed("a", 1, TaskState.RETRYING, NOON.plusSeconds(1), RowCounts.NONE, error));
            written(journal, TaskChange.started("a", 2, NOON.plusSeconds(2)));
            written(journal, TaskChange.succeeded("a", 2, NOON.plusSeconds(3), rows, "done", String.class));
        }

        StoredTask task = store().task(run, "a").orElseThrow();
        assertThat(store().tasks(run)).containsExactly(task);
        assertThat(task)
                .isEqualTo(new StoredTask(
                        "a",
                        StoredTask.NOT_MAPPED,
                        TaskState.SUCCEEDED,
                        List.of(
                                new StoredAttempt(
                                        1,
                                        TaskState.RETRYING,
                                        NOON,
                                        Optional.of(NOON.plusSeconds(1)),
                                        Optional.of(error)),
                                new StoredAttempt(
                                        2,
                                        TaskState.SUCCEEDED,
                                        NOON.plusSeconds(2),
                                        Optional.of(NOON.plusSeconds(3)),
                                        Optional.empty())),
                        true,
                        rows,
                        Optional.empty()));
    }

    @Test
    void the_elements_of_a_mapped_task_are_kept_apart() throws Exception {
        RunId run = created();
        ErrorInfo error = new ErrorInfo("java.lang.IllegalStateException", "no", "at a(b.java:1)");
        try (RunJournal journal = store().journal(run)) {
            written(journal, TaskChange.started("m", 1, NOON));
            for (int index = 11; index >= 0; index--) {
                written(journal, TaskChange.started("m", 1, NOON).ofElement(index));
                TaskChange end = index == 5
                        ? TaskChange.failed("m", 1, TaskState.FAILED, NOON, RowCounts.NONE, error)
                        : TaskChange.succeeded("m", 1, NOON, RowCounts.NONE, "e" + index, String.class);
                written(journal, end.ofElement(index));
            }
            written(journal, TaskChange.failed("m", 1, TaskState.FAILED, NOON, RowCounts.NONE, error));
        }

        assertThat(store().task(run, "m").orElseThrow())
                .returns(StoredTask.NOT_MAPPED, StoredTask::mapIndex)
                .returns(TaskState.FAILED, StoredTask::state);
        assertThat(store().tasks(run))
                .extracting(StoredTask::mapIndex)
                .containsExactly(-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(store().outputs(run, "m", String.class))
                .containsExactly("e0", "e1", "e2", "e3", "e4", "e6", "e7", "e8", "e9", "e10", "e11");

        reopen(run, Set.of());

        assertThat(store().tasks(run))
                .filteredOn(task -> !task.survivesResume())
                .extracting(StoredTask::mapIndex)
                .containsExactly(-1, 5);
    }

    @Test
    void an_output_is_read_back_equal() throws Exception {
        Sample sample = new Sample(
                "quotes ' \" \\ tab\t newline\n emoji \uD83D\uDE00 \u05D0",
                List.of(1, -2),
                LocalDate.of(2000, 2, 29),
                Duration.ofMillis(1_500),
                null);

        assertThat(roundTrip("record", sample, Sample.class)).isEqualTo(sample);
        assertThat(roundTrip("list", List.of(sample), new GenericType<List<Sample>>() {}.type()))
                .isEqualTo(List.of(sample));
        assertThat(roundTrip("text", "", String.class)).isEqualTo("");
        assertThat(roundTrip("long", Long.MAX_VALUE, Long.class)).isEqualTo(Long.MAX_VALUE);
        assertThat(roundTrip("double", 0.1, Double.class)).isEqualTo(0.1);
        assertThat(roundTrip("instant", NOON, Instant.class)).isEqualTo(NOON);
        assertThat(roundTrip("nothing", null, String.class)).isNull();
    }

    @Test
    void only_a_task_that_succeeded_has_an_output() throws Exception {
        RunId run = created();
        try (RunJournal journal = store().journal(run)) {
            written(journal, TaskChange.started("a", 1, NOON));
        }

        assertThatThrownBy(() -> store().output(run, "a", String.class)).isInstanceOf(StateStoreException.class);
        assertThatThrownBy(() -> store().output(run, "b", String.class)).isInstanceOf(StateStoreException.class);
    }

    @Test
    void a_change_that_the_stored_state_does_not_allow_is_refused() throws Exception {
        RunId run = created();
        try (RunJournal journal = store().journal(run)) {
            written(journal, TaskChange.started("a", 1, NOON));
            written(journal, TaskChange.succeeded("a", 1, NOON, RowCounts.NONE, "kept", String.class));

            assertRefused(journal, TaskChange.started("a", 2, NOON));
            assertRefused(
                    journal,
                    TaskChange.failed("a", 1, TaskState.FAILED, NOON, RowCounts.NONE, new ErrorInfo("late", "", "")));
            assertRefused(journal, TaskChange.ended("a", 1, TaskState.CANCELLED, NOON));
        }

        assertThat(store().output(run, "a", String.class)).isEqualTo("kept");
    }

    @Test
    void an_attempt_that_was_taken_over_can_write_no_more() throws Exception {
        RunId run = created();
        try (RunJournal journal = store().journal(run)) {
            written(journal, TaskChange.started("a", 1, NOON));
            written(journal, TaskChange.started("a", 2, NOON));

            assertRefused(journal, TaskChange.succeeded("a", 1, NOON, RowCounts.NONE, "zombie", String.class));
            written(journal, TaskChange.succeeded("a", 2, NOON, RowCounts.NONE, "heir", String.class));
        }

        assertThat(store().output(run, "a", String.class)).isEqualTo("heir");
        assertThat(store().task(run, "a").orElseThrow().attempts()).hasSize(2);
    }

    @Test
    void a_change_of_another_time_is_not_the_same_change() throws Exception {
        RunId run = created();
        Instant later = NOON.plusSeconds(1);
        try (RunJournal journal = store().journal(run)) {
            written(journal, TaskChange.started("a", 1, NOON));
            assertRefused(journal, TaskChange.started("a", 1, later));
            written(journal, TaskChange.succeeded("a", 1, NOON, RowCounts.NONE, "kept", String.class));
            assertRefused(journal, TaskChange.succeeded("a", 1, later, RowCounts.NONE, "other", String.class));
            written(journal, TaskChange.ended("b", 0, TaskState.CANCELLED, NOON));
            assertRefused(journal, TaskChange.ended("b", 0, TaskState.CANCELLED, later));
        }

        assertThat(store().output(run, "a", String.class)).isEqualTo("kept");
        assertThat(store().task(run, "a").orElseThrow().attempts())
                .extracting(StoredAttempt::startedAt, StoredAttempt::endedAt)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(NOON, Optional.of(NOON)));
    }

    @Test
    void a_run_ends_after_everything_written_before() {
        RunId run = created();
        int tasks = 500;
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON);
            List<CompletableFuture<Boolean>> receipts = new ArrayList<>();
            for (int i = 0; i < tasks; i++) {
                receipts.add(write(journal, TaskChange.started("t" + i, 1, NOON)));
                receipts.add(
                        write(journal, TaskChange.succeeded("t" + i, 1, NOON, RowCounts.NONE, "done", String.class)));
            }
            journal.ended(RunState.SUCCEEDED, NOON, Optional.empty());

            assertThat(receipts).allSatisfy(receipt -> assertThat(receipt).isCompletedWithValue(true));
            assertThat(store().tasks(run))
                    .hasSize(tasks)
                    .extracting(StoredTask::state)
                    .containsOnly(TaskState.SUCCEEDED);
        }
    }

    @Test
    void the_newest_runs_come_first() {
        List<RunId> created = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            NewRun run = newRun(Optional.empty(), Map.of(), NOON.plusSeconds(i));
            store().create(run);
            created.add(0, run.id());
        }

        assertThat(store().recent(1_000))
                .extracting(run -> run.definition().id())
                .filteredOn(created::contains)
                .containsExactlyElementsOf(created);
        assertThat(store().recent(2)).isEqualTo(store().recent(1_000).subList(0, 2));
    }

    @Test
    void tasks_that_never_ran_have_a_final_state_and_no_attempt() throws Exception {
        RunId run = created();
        try (RunJournal journal = store().journal(run)) {
            written(journal, TaskChange.ended("a", 0, TaskState.UPSTREAM_FAILED, NOON));
            written(journal, TaskChange.ended("b", 0, TaskState.CANCELLED, NOON));
        }

        assertThat(store().tasks(run))
                .extracting(StoredTask::taskId, StoredTask::state, StoredTask::attempt)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a", TaskState.UPSTREAM_FAILED, 0),
                        org.assertj.core.groups.Tuple.tuple("b", TaskState.CANCELLED, 0));
    }

    @Test
    void thousands_of_changes_from_many_threads_are_each_told_once() throws Exception {
        RunId run = created();
        int tasks = 2_000;
        List<CompletableFuture<Boolean>> receipts = new ArrayList<>();
        try (RunJournal journal = store().journal(run)) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int first = t;
                Thread thread = new Thread(() -> {
                    for (int i = first; i < tasks; i += 4) {
                        CompletableFuture<Boolean> started = write(journal, TaskChange.started("t" + i, 1, NOON));
                        CompletableFuture<Boolean> ended = write(
                                journal, TaskChange.succeeded("t" + i, 1, NOON, RowCounts.NONE, i, Integer.class));
                        synchronized (receipts) {
                            receipts.add(started);
                            receipts.add(ended);
                        }
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }

        assertThat(receipts)
                .hasSize(2 * tasks)
                .allSatisfy(receipt -> assertThat(receipt).isCompletedWithValue(true));
        assertThat(store().tasks(run))
                .hasSize(tasks)
                .allSatisfy(task -> assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED));
        assertThat(store().output(run, "t1234", Integer.class)).isEqualTo(1234);
    }

    @Test
    void a_store_is_closed_twice_without_harm() {
        store().close();
    }
}
