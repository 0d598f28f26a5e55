package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JdbcBatchStoreTest {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00.123456Z");
    private static final Instant LATER = NOON.plusSeconds(1);
    private static final ErrorInfo ERROR = new ErrorInfo("x.Y", "it's \"broken\"\n😀 {a,b} \\", "at x.Y");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final JdbcStateStore store = JdbcStateStore.open(postgres.dataSource());
    private final JdbcBatchStore batches = new JdbcBatchStore(store.database());
    private final RunId run = StoredRuns.create(store);

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_batch_of_attempts_is_one_transaction() throws SQLException {
        List<StateWrite> writes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            writes.add(write(TaskChange.started("t" + i, 1, NOON)));
            writes.add(write(succeeded("t" + i, 1)));
        }

        assertThat(batches.apply(writes)).isEqualTo(BatchStore.Unwritten.NOTHING);

        assertThat(store.tasks(run)).hasSize(100).allSatisfy(task -> {
            assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
            assertThat(task.attempts().get(0).startedAt()).isEqualTo(NOON);
            assertThat(task.attempts().get(0).endedAt()).contains(LATER);
        });
        assertThat(Query.longs(
                        postgres.dataSource(),
                        "select count(distinct xmin::text) from etl.pipeline_tasks where run_id = '" + run.value()
                                + "'"))
                .containsExactly(1L);
    }

    @Test
    void what_is_sent_again_has_no_effect() throws SQLException {
        List<StateWrite> batch = List.of(
                write(TaskChange.started("a", 1, NOON)),
                write(TaskChange.failed("a", 1, TaskState.RETRYING, LATER, new RowCounts(1, 2, 3), ERROR)),
                write(TaskChange.started("b", 1, NOON)),
                write(TaskChange.ended("c", 0, TaskState.SKIPPED, NOON)),
                write(TaskChange.cached("d", 0, NOON, null, String.class, new RunId(new UUID(1, 2)))));
        assertThat(batches.apply(batch)).isEqualTo(BatchStore.Unwritten.NOTHING);
        List<StoredTask> before = store.tasks(run);

        assertThat(batches.apply(batch)).isEqualTo(BatchStore.Unwritten.NOTHING);
        for (StateWrite write : batch) {
            batches.apply(List.of(write));
        }

        assertThat(store.tasks(run)).isEqualTo(before);
        assertThat(before.get(0).attempts().get(0).error()).contains(ERROR);
        assertThat(before.get(0).rows()).isEqualTo(new RowCounts(1, 2, 3));
    }

    @Test
    void attempts_of_one_task_in_one_batch_keep_their_order() throws SQLException {
        batches.apply(List.of(
                write(TaskChange.started("a", 1, NOON)),
                write(TaskChange.failed("a", 1, TaskState.RETRYING, NOON, RowCounts.NONE, ERROR)),
                write(TaskChange.started("a", 2, LATER)),
                write(succeeded("a", 2))));

        StoredTask task = store.tasks(run).get(0);
        assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(task.attempts())
                .extracting(StoredAttempt::state)
                .containsExactly(TaskState.RETRYING, TaskState.SUCCEEDED);
        assertThat(task.attempts().get(0).error()).contains(ERROR);
    }

    @Test
    void of_many_writes_only_those_are_refused_whose_row_has_gone_on() throws SQLException {
        batches.apply(List.of(write(TaskChange.started("a", 1, NOON)), write(succeeded("a", 1))));
        TaskWrite start = write(TaskChange.started("a", 1, LATER));
        TaskWrite end = write(TaskChange.failed("a", 1, TaskState.FAILED, LATER, RowCounts.NONE, ERROR));

        BatchStore.Unwritten unwritten =
                batches.apply(List.of(write(TaskChange.started("b", 1, NOON)), start, end, write(succeeded("b", 1))));

        assertThat(unwritten.lost()).isEmpty();
        assertThat(unwritten.refused()).containsExactlyInAnyOrder(start, end);
        assertThat(store.tasks(run)).extracting(StoredTask::state).containsOnly(TaskState.SUCCEEDED);
    }

    @Test
    void a_single_write_is_refused_when_its_row_has_gone_on() throws SQLException {
        batches.apply(List.of(write(TaskChange.started("a", 1, NOON)), write(succeeded("a", 1))));
        TaskWrite start = write(TaskChange.started("a", 1, LATER));

        assertThat(batches.apply(List.of(start)).refused()).containsExactly(start);
    }

    @Test
    void nothing_is_written_with_the_epoch_of_a_former_owner() throws SQLException {
        Lease former = new Lease(run, -1, Long.MAX_VALUE, ProcessTime.SYSTEM);
        TaskWrite one = new TaskWrite(run, former, TaskChange.started("a", 1, NOON), null, new Told());
        TaskWrite other = new TaskWrite(run, former, TaskChange.started("b", 1, NOON), null, new Told());
        TaskWrite free = write(TaskChange.started("c", 1, NOON));

        assertThat(batches.apply(List.of(one))).isEqualTo(new BatchStore.Unwritten(Set.of(former), Set.of()));
        assertThat(batches.apply(List.of(one, other, free)))
                .isEqualTo(new BatchStore.Unwritten(Set.of(former), Set.of()));

        assertThat(store.tasks(run)).extracting(StoredTask::taskId).containsExactly("c");
    }

    @Test
    void a_task_that_succeeds_at_once_is_written_once_and_by_its_owner_only() throws SQLException {
        Lease lease = new Lease(run, Leases.FIRST_EPOCH, Long.MAX_VALUE, ProcessTime.SYSTEM);
        Lease former = new Lease(run, Leases.FIRST_EPOCH - 1, Long.MAX_VALUE, ProcessTime.SYSTEM);
        List<StateWrite> whole = whole("a", lease, NOON);
        List<StateWrite> late = whole("a", lease, NOON.plusNanos(1_000));
        List<StateWrite> again = whole("a", lease, NOON);

        assertThat(batches.apply(whole("a", former, NOON)))
                .isEqualTo(new BatchStore.Unwritten(Set.of(former), Set.of()));
        assertThat(store.tasks(run)).isEmpty();
        assertThat(batches.apply(whole)).isEqualTo(BatchStore.Unwritten.NOTHING);
        List<StoredTask> written = store.tasks(run);
        assertThat(batches.apply(again)).isEqualTo(BatchStore.Unwritten.NOTHING);
        assertThat(batches.apply(late).refused()).containsExactlyInAnyOrderElementsOf(late);

        assertThat(store.tasks(run)).isEqualTo(written).singleElement().satisfies(task -> {
            assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
            assertThat(task.attempts().get(0).startedAt()).isEqualTo(NOON);
            assertThat(task.attempts().get(0).endedAt()).contains(LATER);
            assertThat(task.rows()).isEqualTo(new RowCounts(1, 2, 3));
        });
        assertThat(store.output(run, "a", String.class)).isEqualTo("it's");
    }

    private List<StateWrite> whole(String task, Lease lease, Instant start) {
        TaskChange end = TaskChange.succeeded(task, 1, LATER, new RowCounts(1, 2, 3), "it's", String.class);
        return List.of(
                new TaskWrite(run, lease, TaskChange.started(task, 1, start), null, new Told()),
                new TaskWrite(run, lease, end, "\"it's\"", new Told()));
    }

    @Test
    void runs_begin_and_end_in_the_transaction_of_other_writes() throws SQLException {
        RunId other = StoredRuns.create(store);
        List<StateWrite> batch = List.of(
                write(TaskChange.started("a", 1, NOON)),
                write(succeeded("a", 1)),
                new RunWrite(other, null, RunState.FAILED, LATER, Optional.of(ERROR), new Told()),
                new RunWrite(run, null, RunState.RUNNING, NOON, Optional.empty(), new Told()));

        assertThat(batches.apply(batch)).isEqualTo(BatchStore.Unwritten.NOTHING);
        assertThat(batches.apply(batch)).isEqualTo(BatchStore.Unwritten.NOTHING);

        assertThat(store.find(run).orElseThrow())
                .returns(RunState.RUNNING, StoredRun::state)
                .returns(Optional.of(NOON), StoredRun::startedAt);
        assertThat(store.find(other).orElseThrow())
                .returns(RunState.FAILED, StoredRun::state)
                .returns(Optional.of(LATER), StoredRun::endedAt)
                .returns(Optional.of(ERROR), StoredRun::error)
                .returns(Optional.empty(), StoredRun::owner);
        assertThat(Query.longs(
                        postgres.dataSource(),
                        "select count(distinct xmin::text) from (select xmin from etl.pipeline_tasks where run_id = '"
                                + run + "' union all select xmin from etl.pipeline_runs where run_id in ('" + run
                                + "', '" + other + "')) as rows"))
                .containsExactly(1L);
    }

    @Test
    void of_many_runs_only_those_do_not_end_that_were_taken_or_have_ended_otherwise() throws SQLException {
        RunId taken = StoredRuns.create(store);
        RunId ended = StoredRuns.create(store);
        RunWrite end = end(ended, null, RunState.SUCCEEDED);
        assertThat(batches.apply(List.of(end))).isEqualTo(BatchStore.Unwritten.NOTHING);
        Lease former = new Lease(taken, -1, Long.MAX_VALUE, ProcessTime.SYSTEM);
        RunWrite late = end(taken, former, RunState.SUCCEEDED);
        RunWrite contrary = end(ended, null, RunState.FAILED);

        BatchStore.Unwritten unwritten =
                batches.apply(List.of(late, contrary, end(run, null, RunState.CANCELLED), end));

        assertThat(unwritten).isEqualTo(new BatchStore.Unwritten(Set.of(former), Set.of(contrary)));
        assertThat(batches.apply(List.of(late))).isEqualTo(new BatchStore.Unwritten(Set.of(former), Set.of()));
        assertThat(batches.apply(List.of(contrary))).isEqualTo(new BatchStore.Unwritten(Set.of(), Set.of(contrary)));
        assertThat(List.of(run, taken, ended))
                .extracting(id -> store.find(id).orElseThrow().state())
                .containsExactly(RunState.CANCELLED, RunState.QUEUED, RunState.SUCCEEDED);
    }

    private static RunWrite end(RunId run, @Nullable Lease lease, RunState state) {
        return new RunWrite(run, lease, state, LATER, Optional.empty(), new Told());
    }

    private static TaskChange succeeded(String task, int attempt) {
        return TaskChange.succeeded(task, attempt, LATER, RowCounts.NONE, null, String.class);
    }

    private TaskWrite write(TaskChange change) {
        return new TaskWrite(run, null, change, null, new Told());
    }
}
