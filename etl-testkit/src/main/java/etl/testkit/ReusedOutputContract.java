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
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How every {@link StateStore} records tasks that end with a reused output: extend it, give it a store, run it with JUnit. */
public abstract class ReusedOutputContract {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00.123456Z");
    private static final ErrorInfo ERROR = new ErrorInfo("java.lang.IllegalStateException", "no", "at a(b.java:1)");
    private static final RunId COMPUTED_BY = RunId.random();

    private @Nullable StateStore opened;
    private @Nullable RunJournal journal;
    private final RunId run = RunId.random();

    /** For the subclass. */
    protected ReusedOutputContract() {}

    /**
     * A store for one test, which closes it. It may hold runs of other tests.
     *
     * @return the store
     */
    protected abstract StateStore open();

    @BeforeEach
    void openStore() {
        opened = open();
        store().create(new NewRun(
                run, "orders", "f00d", Optional.empty(), Map.of(), EngineRun.LOCAL, 7, NOON, Optional.empty(), false));
        journal = store().journal(run);
        AwaitedReceipt.started(journal, NOON);
    }

    @AfterEach
    void closeStore() {
        Objects.requireNonNull(journal).close();
        store().close();
    }

    @Test
    void a_task_that_never_ran_succeeds_with_the_output_of_another_run() throws Exception {
        written(reused("a", 0, "reused"));
        written(TaskChange.cached("nothing", 0, NOON, null, String.class, COMPUTED_BY));

        assertThat(task("a"))
                .isEqualTo(new StoredTask(
                        "a",
                        StoredTask.NOT_MAPPED,
                        TaskState.SUCCEEDED,
                        List.of(),
                        false,
                        RowCounts.NONE,
                        Optional.of(COMPUTED_BY)));
        assertThat(task("a")).returns(0, StoredTask::attempt).returns(true, StoredTask::survivesResume);
        assertThat(store().output(run, "a", String.class)).isEqualTo("reused");
        assertThat(store().output(run, "nothing", String.class)).isNull();
    }

    @Test
    void an_attempt_that_failed_before_is_kept() throws Exception {
        written(TaskChange.started("a", 1, NOON));
        written(TaskChange.failed("a", 1, TaskState.RETRYING, NOON, new RowCounts(1, 2, 3), ERROR));
        written(reused("a", 1, "reused"));

        assertThat(task("a"))
                .isEqualTo(new StoredTask(
                        "a",
                        StoredTask.NOT_MAPPED,
                        TaskState.SUCCEEDED,
                        List.of(new StoredAttempt(1, TaskState.RETRYING, NOON, Optional.of(NOON), Optional.of(ERROR))),
                        false,
                        RowCounts.NONE,
                        Optional.of(COMPUTED_BY)));
    }

    @Test
    void an_attempt_that_crashed_is_closed() throws Exception {
        written(TaskChange.started("a", 1, NOON));
        written(reused("a", 1, "reused"));

        assertThat(task("a"))
                .returns(TaskState.SUCCEEDED, StoredTask::state)
                .returns(Optional.of(COMPUTED_BY), StoredTask::cachedFrom);
        assertThat(task("a").attempts()).extracting(StoredAttempt::state).containsExactly(TaskState.FAILED);
        assertRefused(TaskChange.succeeded("a", 1, NOON.plusSeconds(1), RowCounts.NONE, "zombie", String.class));
    }

    @Test
    void elements_reuse_outputs_each() throws Exception {
        written(TaskChange.started("m", 1, NOON));
        written(reused("m", 0, "e0").ofElement(0));
        written(TaskChange.started("m", 1, NOON).ofElement(1));
        written(TaskChange.succeeded("m", 1, NOON, RowCounts.NONE, "e1", String.class)
                .ofElement(1));
        written(TaskChange.succeeded("m", 1, NOON, RowCounts.NONE, null, Void.class));

        assertThat(store().tasks(run))
                .extracting(StoredTask::mapIndex, StoredTask::cachedFrom)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(-1, Optional.empty()),
                        org.assertj.core.groups.Tuple.tuple(0, Optional.of(COMPUTED_BY)),
                        org.assertj.core.groups.Tuple.tuple(1, Optional.empty()));
        assertThat(store().outputs(run, "m", String.class)).containsExactly("e0", "e1");
    }

    @Test
    void a_task_that_has_gone_on_is_left_alone() throws Exception {
        written(TaskChange.started("done", 1, NOON));
        written(TaskChange.succeeded("done", 1, NOON, RowCounts.NONE, "kept", String.class));
        written(TaskChange.started("second", 1, NOON));
        written(TaskChange.started("second", 2, NOON));
        written(TaskChange.ended("cancelled", 0, TaskState.CANCELLED, NOON));
        written(reused("reused", 0, "kept"));

        assertRefused(reused("done", 1, "late"));
        assertRefused(reused("second", 1, "late"));
        assertRefused(reused("cancelled", 0, "late"));
        assertRefused(TaskChange.started("reused", 1, NOON));

        assertThat(store().output(run, "done", String.class)).isEqualTo("kept");
        assertThat(store().output(run, "reused", String.class)).isEqualTo("kept");
        assertThat(task("second").state()).isEqualTo(TaskState.RUNNING);
    }

    @Test
    void a_reopened_run_keeps_a_reused_output_and_a_rerun_does_not() throws Exception {
        written(reused("a", 0, "reused"));
        Objects.requireNonNull(journal).ended(RunState.FAILED, NOON, Optional.empty());

        Objects.requireNonNull(journal).reopen(Set.of());
        assertThat(task("a").cachedFrom()).contains(COMPUTED_BY);

        Objects.requireNonNull(journal).reopen(Set.of("a"));
        assertThat(task("a"))
                .returns(TaskState.PENDING, StoredTask::state)
                .returns(Optional.empty(), StoredTask::cachedFrom)
                .returns(List.of(), StoredTask::attempts);
        written(TaskChange.started("a", 1, NOON));
        written(TaskChange.succeeded("a", 1, NOON, RowCounts.NONE, "computed", String.class));
        assertThat(task("a")).returns(Optional.empty(), StoredTask::cachedFrom).returns(1, StoredTask::attempt);
        assertThat(store().output(run, "a", String.class)).isEqualTo("computed");
    }

    private static TaskChange reused(String task, int attempts, String output) {
        return TaskChange.cached(task, attempts, NOON, output, String.class, COMPUTED_BY);
    }

    private void assertRefused(TaskChange change) {
        assertThatThrownBy(() -> written(change))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StaleWriteException.class);
    }

    private void written(TaskChange change) throws Exception {
        CompletableFuture<Boolean> receipt = new CompletableFuture<>();
        Objects.requireNonNull(journal).write(change, new RunJournal.Receipt() {
            @Override
            public void durable() {
                receipt.complete(true);
            }

            @Override
            public void failed(StateStoreException failure) {
                receipt.completeExceptionally(failure);
            }
        });
        receipt.get(30, TimeUnit.SECONDS);
    }

    private StoredTask task(String id) {
        return store().task(run, id).orElseThrow();
    }

    private StateStore store() {
        return Objects.requireNonNull(opened);
    }
}
