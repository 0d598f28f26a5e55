package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.EngineRun;
import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may write to a run: what every {@link StateStore} must do. Extend it, give it a store, and run it with JUnit. */
public abstract class RunOwnershipContract {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");

    private final String pipeline = "owned-" + RunId.random();
    private @Nullable StateStore opened;

    /** For the subclass. */
    protected RunOwnershipContract() {}

    /**
     * A store for one test, which closes it. It may hold runs of other tests.
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
    void a_run_that_somebody_has_is_not_taken_by_another() {
        RunId run = created(EngineRun.LOCAL);
        RunJournal first = store().journal(run);

        assertThatThrownBy(() -> store().journal(run))
                .isInstanceOf(RunOwnedException.class)
                .hasMessageContaining(run + " is being executed by ");

        first.close();
        store().journal(run).close();
    }

    @Test
    void of_many_that_take_a_run_at_once_one_gets_it() {
        RunId run = created(EngineRun.LOCAL);
        List<CompletableFuture<Optional<RunJournal>>> tries = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tries.add(CompletableFuture.supplyAsync(() -> taken(run)));
        }

        assertThat(tries.stream().map(CompletableFuture::join).filter(Optional::isPresent))
                .hasSize(1)
                .allSatisfy(journal -> journal.orElseThrow().close());
    }

    private Optional<RunJournal> taken(RunId run) {
        try {
            return Optional.of(store().journal(run));
        } catch (RunOwnedException another) {
            return Optional.empty();
        }
    }

    @Test
    void nothing_is_written_by_who_has_given_the_run_up() {
        RunId run = created(EngineRun.LOCAL);
        RunJournal former = store().journal(run);
        AwaitedReceipt.started(former, NOON);
        former.close();

        try (RunJournal present = store().journal(run)) {
            assertThatThrownBy(() -> AwaitedReceipt.written(former, TaskChange.started("a", 1, NOON)))
                    .hasCauseInstanceOf(RunLostException.class);
            assertThatThrownBy(() -> former.reopen(Set.of())).isInstanceOf(StateStoreException.class);
            assertThatThrownBy(() -> former.ended(RunState.FAILED, NOON, Optional.empty()))
                    .isInstanceOf(StateStoreException.class);
            assertThat(store().tasks(run)).isEmpty();
            AwaitedReceipt.written(present, TaskChange.started("a", 1, NOON));
        }
        assertThat(store().find(run).orElseThrow().state()).isEqualTo(RunState.RUNNING);
        assertThat(store().task(run, "a").orElseThrow().state()).isEqualTo(TaskState.RUNNING);
    }

    @Test
    void a_run_without_an_owner_that_has_not_ended_is_abandoned() {
        RunId given = created(EngineRun.LOCAL);
        RunId ended = created(EngineRun.LOCAL);
        RunId had = created(EngineRun.LOCAL);
        RunId engine = created(new EngineRun("airflow", "run " + RunId.random()));
        store().journal(given).close();
        try (RunJournal journal = store().journal(ended)) {
            journal.ended(RunState.FAILED, NOON, Optional.empty());
        }
        store().journal(engine).close();
        RunJournal owner = store().journal(had);

        assertThat(store().abandoned(pipeline))
                .extracting(run -> run.definition().id())
                .containsExactly(given);
        assertThat(store().abandoned(pipeline).get(0))
                .returns(Optional.empty(), StoredRun::owner)
                .returns(0, StoredRun::crashes);
        assertThat(store().find(had).orElseThrow().owner()).isPresent();
        owner.close();
        assertThat(store().abandoned(pipeline)).hasSize(2);
    }

    @Test
    void a_run_that_was_just_recorded_is_not_abandoned() {
        created(EngineRun.LOCAL);

        assertThat(store().abandoned(pipeline)).isEmpty();
    }

    @Test
    void a_run_that_an_engine_drives_has_many_writers() {
        RunId run = created(new EngineRun("airflow", "run " + RunId.random()));

        try (RunJournal one = store().journal(run);
                RunJournal other = store().journal(run)) {
            AwaitedReceipt.started(one, NOON);
            AwaitedReceipt.written(one, TaskChange.started("a", 1, NOON));
            AwaitedReceipt.written(other, TaskChange.started("b", 1, NOON));
        }

        assertThat(store().tasks(run)).hasSize(2);
        assertThat(store().find(run).orElseThrow().owner()).isEmpty();
    }

    @Test
    void of_many_who_reopen_a_run_that_an_engine_drives_the_later_ones_change_nothing() {
        for (RunState ended : List.of(RunState.FAILED, RunState.CANCELLED)) {
            RunId run = created(new EngineRun("airflow", "run " + RunId.random()));
            try (RunJournal one = store().journal(run);
                    RunJournal other = store().journal(run)) {
                fail(one, "a", 1);
                fail(one, "b", 1);
                one.ended(ended, NOON, Optional.empty());

                one.reopen(Set.of());
                AwaitedReceipt.written(one, TaskChange.started("a", 2, NOON));
                fail(one, "b", 2);
                other.reopen(Set.of());

                assertThat(store().tasks(run))
                        .extracting(StoredTask::state)
                        .containsExactly(TaskState.RUNNING, TaskState.FAILED);
                AwaitedReceipt.written(one, succeeded("a", 2));
                one.ended(RunState.SUCCEEDED, NOON, Optional.empty());
                other.reopen(Set.of());
            }
            assertThat(store().find(run).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(store().output(run, "a", String.class)).isEqualTo("a in attempt 2");
        }
    }

    @Test
    void a_run_that_an_engine_has_driven_to_its_success_is_reopened_for_tasks_that_are_given() {
        RunId run = created(new EngineRun("airflow", "run " + RunId.random()));
        try (RunJournal journal = store().journal(run)) {
            for (String task : List.of("a", "b")) {
                AwaitedReceipt.written(journal, TaskChange.started(task, 1, NOON));
                AwaitedReceipt.written(journal, succeeded(task, 1));
            }
            journal.ended(RunState.SUCCEEDED, NOON, Optional.empty());

            journal.reopen(Set.of("a"));
        }

        assertThat(store().find(run).orElseThrow().state()).isEqualTo(RunState.RUNNING);
        assertThat(store().tasks(run))
                .extracting(StoredTask::state)
                .containsExactly(TaskState.PENDING, TaskState.SUCCEEDED);
    }

    private static void fail(RunJournal journal, String task, int attempt) {
        AwaitedReceipt.written(journal, TaskChange.started(task, attempt, NOON));
        AwaitedReceipt.written(
                journal,
                TaskChange.failed(
                        task, attempt, TaskState.FAILED, NOON, RowCounts.NONE, new ErrorInfo("broken", "", "")));
    }

    private static TaskChange succeeded(String task, int attempt) {
        return TaskChange.succeeded(task, attempt, NOON, RowCounts.NONE, task + " in attempt " + attempt, String.class);
    }

    @Test
    void a_task_is_not_marked_while_somebody_has_the_run() {
        RunId run = created(EngineRun.LOCAL);
        try (RunJournal journal = store().journal(run)) {
            journal.ended(RunState.FAILED, NOON, Optional.empty());
        }
        TaskChange mark = TaskChange.marked(
                "a", 1, TaskState.SKIPPED, NOON, null, Void.class, new ErrorInfo("marked", "by ann", ""));

        try (RunJournal owner = store().journal(run)) {
            assertThat(store().mark(run, mark)).isFalse();
            owner.onLost(lost -> {});
        }

        assertThat(store().mark(run, mark)).isTrue();
    }

    private RunId created(EngineRun engineRun) {
        NewRun run = new NewRun(
                RunId.random(),
                pipeline,
                "fingerprint",
                Optional.empty(),
                Map.of(),
                engineRun,
                1,
                NOON,
                Optional.empty(),
                false);
        assertThat(store().create(run)).isTrue();
        return run.id();
    }

    private StateStore store() {
        return Objects.requireNonNull(opened);
    }
}
