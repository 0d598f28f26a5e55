package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * What is done to runs from outside: they are reopened, marked and cancelled. What every {@link StateStore} must do. Extend it,
 * give it a store, and run it with JUnit.
 */
public abstract class ReopenedRunContract extends StoreUnderTest {
    /** For the subclass. */
    protected ReopenedRunContract() {}

    private void succeeded(RunJournal journal, String taskId, int attempt, String output) throws Exception {
        written(journal, TaskChange.started(taskId, attempt, NOON));
        written(journal, TaskChange.succeeded(taskId, attempt, NOON, RowCounts.NONE, output, String.class));
    }

    private void failed(RunJournal journal, String taskId, RowCounts rows, ErrorInfo error) throws Exception {
        written(journal, TaskChange.started(taskId, 1, NOON));
        written(journal, TaskChange.failed(taskId, 1, TaskState.FAILED, NOON, rows, error));
    }

    private void skipped(RunJournal journal, String taskId, ErrorInfo reason) throws Exception {
        written(journal, TaskChange.started(taskId, 1, NOON));
        written(journal, TaskChange.skipped(taskId, 1, NOON, RowCounts.NONE, reason));
    }

    @Test
    void a_reopened_run_keeps_what_has_skipped_itself_and_not_what_was_skipped() throws Exception {
        RunId run = created();
        ErrorInfo reason = new ErrorInfo("etl.core.TaskSkippedException", "nothing to do", "");
        try (RunJournal journal = store().journal(run)) {
            skipped(journal, "own", reason);
            written(journal, TaskChange.ended("by-rule", 0, TaskState.SKIPPED, NOON));
            journal.ended(RunState.FAILED, NOON, Optional.empty());
        }

        reopen(run, Set.of());

        StoredTask own = store().task(run, "own").orElseThrow();
        assertThat(own.state()).isEqualTo(TaskState.SKIPPED);
        assertThat(own.attempts().get(0).error()).contains(reason);
        assertThat(store().task(run, "by-rule").orElseThrow().state()).isEqualTo(TaskState.PENDING);
    }

    @Test
    void a_task_that_has_skipped_itself_and_was_skipped_later_is_not_kept() throws Exception {
        RunId run = created();
        ErrorInfo reason = new ErrorInfo("etl.core.TaskSkippedException", "nothing to do", "");
        try (RunJournal journal = store().journal(run)) {
            skipped(journal, "own", reason);
            skipped(journal, "by-rule", reason);
            journal.ended(RunState.SUCCEEDED, NOON, Optional.empty());
        }
        reopen(run, Set.of("by-rule"));
        try (RunJournal journal = store().journal(run)) {
            written(journal, TaskChange.ended("by-rule", 1, TaskState.SKIPPED, NOON));
            journal.ended(RunState.SUCCEEDED, NOON, Optional.empty());
        }
        assertThat(store().tasks(run))
                .extracting(StoredTask::taskId, StoredTask::state, StoredTask::survivesResume)
                .containsExactly(tuple("by-rule", TaskState.SKIPPED, false), tuple("own", TaskState.SKIPPED, true));

        reopen(run, Set.of());

        assertThat(store().tasks(run))
                .extracting(StoredTask::taskId, StoredTask::state, StoredTask::attempt)
                .containsExactly(tuple("by-rule", TaskState.PENDING, 1), tuple("own", TaskState.SKIPPED, 1));
    }

    @Test
    void a_reopened_run_keeps_what_succeeded_and_every_attempt() throws Exception {
        RunId run = created();
        ErrorInfo error = new ErrorInfo("bad", "", "");
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON);
            succeeded(journal, "kept", 1, "kept");
            failed(journal, "failed", RowCounts.NONE, error);
            written(journal, TaskChange.started("crashed", 1, NOON));
            written(journal, TaskChange.ended("below", 0, TaskState.UPSTREAM_FAILED, NOON));
            journal.ended(RunState.FAILED, NOON, Optional.of(error));
        }

        reopen(run, Set.of());
        reopen(run, Set.of());

        assertThat(store().find(run).orElseThrow())
                .returns(RunState.RUNNING, StoredRun::state)
                .returns(Optional.empty(), StoredRun::error)
                .returns(Optional.empty(), StoredRun::endedAt);
        assertThat(store().task(run, "kept").orElseThrow().state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(store().task(run, "below").orElseThrow().state()).isEqualTo(TaskState.PENDING);
        for (String id : List.of("failed", "crashed")) {
            StoredTask task = store().task(run, id).orElseThrow();
            assertThat(task.state()).isEqualTo(TaskState.PENDING);
            assertThat(task.attempts()).extracting(StoredAttempt::state).containsExactly(TaskState.FAILED);
        }
        try (RunJournal journal = store().journal(run)) {
            succeeded(journal, "failed", 2, "now");
        }
        assertThat(store().task(run, "failed").orElseThrow().attempts()).hasSize(2);
    }

    @Test
    void a_rerun_resets_the_tasks_that_are_given_and_what_has_not_succeeded() throws Exception {
        RunId run = created();
        ErrorInfo error = new ErrorInfo("bad", "", "");
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON);
            for (String id : List.of("kept", "chosen", "mapped")) {
                written(journal, TaskChange.started(id, 1, NOON));
                written(journal, TaskChange.succeeded(id, 1, NOON, new RowCounts(1, 2, 3), id, String.class));
            }
            written(journal, TaskChange.started("mapped", 1, NOON).ofElement(0));
            written(
                    journal,
                    TaskChange.succeeded("mapped", 1, NOON, RowCounts.NONE, "e", String.class)
                            .ofElement(0));
            written(journal, TaskChange.started("own skip", 1, NOON));
            written(journal, TaskChange.skipped("own skip", 1, NOON, RowCounts.NONE, error));
            failed(journal, "failed", RowCounts.NONE, error);
            journal.ended(RunState.FAILED, NOON.plusSeconds(5), Optional.of(error));
        }

        reopen(run, Set.of("chosen", "mapped", "own skip", "not there"));

        assertThat(store().find(run).orElseThrow())
                .returns(RunState.RUNNING, StoredRun::state)
                .returns(Optional.of(NOON), StoredRun::startedAt)
                .returns(Optional.empty(), StoredRun::endedAt)
                .returns(Optional.empty(), StoredRun::error);
        assertThat(store().output(run, "kept", String.class)).isEqualTo("kept");
        assertThatThrownBy(() -> store().output(run, "chosen", String.class)).isInstanceOf(StateStoreException.class);
        assertThat(store().outputs(run, "mapped", String.class)).isEmpty();
        assertThat(store().tasks(run))
                .filteredOn(task -> task.state() == TaskState.PENDING)
                .extracting(StoredTask::taskId, task -> task.attempts().get(0).state())
                .containsExactlyInAnyOrder(
                        tuple("chosen", TaskState.SUCCEEDED),
                        tuple("mapped", TaskState.SUCCEEDED),
                        tuple("mapped", TaskState.SUCCEEDED),
                        tuple("own skip", TaskState.SKIPPED),
                        tuple("failed", TaskState.FAILED));
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON.plusSeconds(9));
            succeeded(journal, "chosen", 2, "again");
            journal.ended(RunState.SUCCEEDED, NOON.plusSeconds(10), Optional.empty());
        }
        assertThat(store().output(run, "chosen", String.class)).isEqualTo("again");
        assertThat(store().task(run, "chosen").orElseThrow().attempts())
                .extracting(StoredAttempt::attempt, StoredAttempt::state)
                .containsExactly(tuple(1, TaskState.SUCCEEDED), tuple(2, TaskState.SUCCEEDED));
        reopen(run, Set.of());
        assertThat(store().find(run).orElseThrow().state())
                .as("a run that had succeeded")
                .isEqualTo(RunState.RUNNING);
    }

    @Test
    void a_reopened_run_resets_the_tasks_that_are_given() throws Exception {
        RunId run = created();
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON);
            for (String id : List.of("kept", "chosen")) {
                succeeded(journal, id, 1, id);
            }
        }

        reopen(run, Set.of("chosen"));

        assertThat(store().tasks(run))
                .extracting(StoredTask::taskId, StoredTask::state)
                .containsExactly(tuple("chosen", TaskState.PENDING), tuple("kept", TaskState.SUCCEEDED));
    }

    @Test
    void a_mark_is_an_attempt_of_its_own() throws Exception {
        RunId run = created();
        ErrorInfo error = new ErrorInfo("bad", "", "");
        ErrorInfo reason = new ErrorInfo("etl.core.TaskMarkedException", "it's \"ann\"\n\uD83D\uDE00", "");
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON);
            failed(journal, "failed", new RowCounts(1, 2, 3), error);
            written(journal, TaskChange.ended("below", 0, TaskState.UPSTREAM_FAILED, NOON));
            journal.ended(RunState.FAILED, NOON, Optional.of(error));
        }
        Instant later = NOON.plusSeconds(60);

        assertThat(store().mark(
                                run,
                                TaskChange.marked(
                                        "failed", 2, TaskState.SUCCEEDED, later, List.of(1), INTEGERS, reason)))
                .isTrue();
        assertThat(store().mark(run, TaskChange.marked("below", 1, TaskState.SKIPPED, later, null, Void.class, reason)))
                .isTrue();
        assertThat(store().mark(run, TaskChange.marked("new", 1, TaskState.FAILED, later, null, Void.class, reason)))
                .isTrue();

        assertThat(store().task(run, "failed").orElseThrow())
                .isEqualTo(new StoredTask(
                        "failed",
                        StoredTask.NOT_MAPPED,
                        TaskState.SUCCEEDED,
                        List.of(
                                new StoredAttempt(1, TaskState.FAILED, NOON, Optional.of(NOON), Optional.of(error)),
                                new StoredAttempt(
                                        2, TaskState.SUCCEEDED, later, Optional.of(later), Optional.of(reason))),
                        true,
                        RowCounts.NONE,
                        Optional.empty()));
        assertThat(store().output(run, "failed", INTEGERS)).isEqualTo(List.of(1));
        assertThat(store().task(run, "below").orElseThrow().survivesResume()).isTrue();
        assertThat(store().task(run, "new").orElseThrow().state()).isEqualTo(TaskState.FAILED);
        assertThat(store().find(run).orElseThrow())
                .returns(RunState.FAILED, StoredRun::state)
                .returns(Optional.of(error), StoredRun::error);
    }

    @Test
    void a_run_that_succeeded_fails_with_a_task_that_is_marked_failed() throws Exception {
        RunId run = created();
        ErrorInfo reason = new ErrorInfo("etl.core.TaskMarkedException", "wrong figures", "");
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON);
            succeeded(journal, "a", 1, "wrong");
            journal.ended(RunState.SUCCEEDED, NOON, Optional.empty());
        }

        assertThat(store().mark(
                                run,
                                TaskChange.marked("a", 2, TaskState.SUCCEEDED, NOON, "right", String.class, reason)))
                .isTrue();
        assertThat(store().find(run).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(store().output(run, "a", String.class)).isEqualTo("right");

        assertThat(store().mark(run, TaskChange.marked("a", 3, TaskState.FAILED, NOON, null, Void.class, reason)))
                .isTrue();
        assertThat(store().find(run).orElseThrow())
                .returns(RunState.FAILED, StoredRun::state)
                .returns(Optional.of(reason), StoredRun::error);
        assertThatThrownBy(() -> store().output(run, "a", String.class)).isInstanceOf(StateStoreException.class);
        assertThat(store().task(run, "a").orElseThrow().attempts())
                .extracting(StoredAttempt::state)
                .containsExactly(TaskState.SUCCEEDED, TaskState.SUCCEEDED, TaskState.FAILED);
        reopen(run, Set.of());
        assertThat(store().task(run, "a").orElseThrow().state()).isEqualTo(TaskState.PENDING);
    }

    @Test
    void a_mark_of_a_run_that_has_not_ended_or_of_another_attempt_changes_nothing() throws Exception {
        RunId run = created();
        ErrorInfo reason = new ErrorInfo("etl.core.TaskMarkedException", "", "");
        TaskChange second = TaskChange.marked("a", 2, TaskState.SKIPPED, NOON, null, Void.class, reason);
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON);
            succeeded(journal, "a", 1, "kept");

            assertThat(store().mark(run, second)).isFalse();
            journal.ended(RunState.SUCCEEDED, NOON, Optional.empty());
        }
        for (int attempt : new int[] {1, 3}) {
            TaskChange other = TaskChange.marked("a", attempt, TaskState.FAILED, NOON, null, Void.class, reason);
            assertThat(store().mark(run, other)).as("attempt %s", attempt).isFalse();
        }
        assertThat(store().mark(RunId.random(), second)).isFalse();

        assertThat(store().output(run, "a", String.class)).isEqualTo("kept");
        assertThat(store().find(run).orElseThrow().state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(store().mark(run, second)).isTrue();
    }

    @Test
    void a_cancel_ends_the_attempt_that_has_failed_last() throws Exception {
        RunId run = created();
        ErrorInfo error = new ErrorInfo("bad", "once", "");
        RowCounts rows = new RowCounts(1, 2, 3);
        Instant later = NOON.plusSeconds(60);
        try (RunJournal journal = store().journal(run)) {
            AwaitedReceipt.started(journal, NOON);
            written(journal, TaskChange.started("a", 1, NOON).ofElement(0));
            written(
                    journal,
                    TaskChange.failed("a", 1, TaskState.RETRYING, NOON, rows, error)
                            .ofElement(0));
            written(
                    journal,
                    TaskChange.ended("a", 1, TaskState.CANCELLED, later).ofElement(0));
        }

        assertThat(store().tasks(run))
                .containsExactly(new StoredTask(
                        "a",
                        0,
                        TaskState.CANCELLED,
                        List.of(new StoredAttempt(
                                1, TaskState.CANCELLED, NOON, Optional.of(later), Optional.of(error))),
                        true,
                        rows,
                        Optional.empty()));
    }

    @Test
    void a_request_to_cancel_reaches_the_journal_before_and_after_it_listens() throws Exception {
        for (boolean before : new boolean[] {true, false}) {
            RunId run = created();
            CompletableFuture<Boolean> told = new CompletableFuture<>();
            try (RunJournal journal = store().journal(run)) {
                AwaitedReceipt.started(journal, NOON);
                if (before) {
                    assertThat(store().requestCancel(run)).isTrue();
                }
                journal.onCancelRequest(() -> told.complete(true));
                assertThat(store().requestCancel(run)).isTrue();

                assertThat(told.get(30, TimeUnit.SECONDS)).isTrue();
                journal.ended(RunState.CANCELLED, NOON, Optional.empty());
            }
        }
    }

    @Test
    void a_journal_that_was_closed_hears_of_no_request_and_keeps_no_other_from_it() throws Exception {
        AtomicBoolean told = new AtomicBoolean();
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        RunId run = created();
        RunJournal closed = store().journal(run);
        AwaitedReceipt.started(closed, NOON);
        closed.close();
        try (RunJournal open = store().journal(run)) {
            open.onCancelRequest(() -> seen.complete(true));
            closed.onCancelRequest(() -> told.set(true));
            assertThat(store().requestCancel(run)).isTrue();

            assertThat(seen.get(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(told).isFalse();
    }

    @Test
    void only_a_run_that_has_not_ended_can_be_requested_to_cancel() {
        RunId run = created();
        try (RunJournal journal = store().journal(run)) {
            assertThat(store().requestCancel(run)).as("a queued run").isTrue();
            AwaitedReceipt.started(journal, NOON);
            journal.ended(RunState.FAILED, NOON, Optional.empty());
        }

        assertThat(store().requestCancel(run)).as("a run that has ended").isFalse();
        assertThat(store().requestCancel(RunId.random())).as("an unknown run").isFalse();
    }

    @Test
    void a_request_to_cancel_is_forgotten_when_the_run_is_reopened() throws Exception {
        RunId first = created();
        RunId second = created();
        store().requestCancel(first);
        reopen(first, Set.of());
        store().requestCancel(second);
        CompletableFuture<RunId> told = new CompletableFuture<>();
        try (RunJournal one = store().journal(first);
                RunJournal other = store().journal(second)) {
            one.onCancelRequest(() -> told.complete(first));
            other.onCancelRequest(() -> told.complete(second));

            assertThat(told.get(30, TimeUnit.SECONDS)).isEqualTo(second);
        }
    }
}
