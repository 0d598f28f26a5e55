package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.StaleWriteException;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import etl.core.spi.TaskChange;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupCommitTest {
    private static final Instant NOON = Instant.parse("2001-01-01T12:00:00Z");

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final Faults faults = new Faults();

    private JdbcStateStore store() {
        return JdbcStateStore.open(faults.on(postgres.dataSource()));
    }

    @Test
    void an_exhausted_pool_is_waited_for() throws Exception {
        try (JdbcStateStore store = store();
                RunJournal journal = store.journal(StoredRuns.create(store))) {
            faults.add(new SQLTransientConnectionException("no connection within 30 s"));

            assertThat(Told.of(journal, started("a")).get()).isTrue();
        }
    }

    @Test
    void tasks_that_hold_every_connection_do_not_stop_the_writer() throws Exception {
        try (JdbcStateStore store = JdbcStateStore.builder(postgres.databaseUrl())
                        .poolSize(2)
                        .open();
                RunJournal journal = store.journal(StoredRuns.create(store));
                Connection first = store.dataSource().getConnection();
                Connection second = store.dataSource().getConnection()) {
            assertThat(first).isNotEqualTo(second);
            assertThat(Told.of(journal, started("a")).get(5, TimeUnit.SECONDS)).isTrue();
            journal.ended(RunState.FAILED, NOON, Optional.empty());
        }
    }

    @Test
    void an_error_is_told_and_the_writer_goes_on() throws Exception {
        try (JdbcStateStore store = store();
                RunJournal journal = store.journal(StoredRuns.create(store))) {
            faults.add(new AssertionError("a defect"));

            assertThatThrownBy(Told.of(journal, started("a"))::get)
                    .hasCauseInstanceOf(StateStoreException.class)
                    .hasRootCauseMessage("a defect");
            assertThat(Told.of(journal, started("a")).get()).isTrue();
        }
    }

    @Test
    void a_write_after_the_close_is_told_that_it_is_too_late() {
        JdbcStateStore store = store();
        RunJournal journal = store.journal(StoredRuns.create(store));
        store.close();

        assertThat(Told.of(journal, started("a")))
                .failsWithin(0, TimeUnit.SECONDS)
                .withThrowableThat()
                .withMessageContaining("the store is closed");
    }

    @Test
    void a_write_that_cannot_be_stored_fails_alone() throws Exception {
        try (JdbcStateStore store = store()) {
            RunId kept = StoredRuns.create(store);
            RunId deleted = StoredRuns.create(store);
            try (RunJournal good = store.journal(kept);
                    RunJournal bad = store.journal(deleted);
                    WriterHeld held = new WriterHeld(good)) {
                postgres.execute("delete from etl.pipeline_runs where run_id = '" + deleted + "'");
                Told before = Told.of(good, started("before"));
                Told lost = Told.of(bad, started("lost"));
                Told after = Told.of(good, started("after"));
                Told end = Told.of(good, succeeded("before"));
                held.release();

                assertThatThrownBy(lost::get).hasCauseInstanceOf(StateStoreException.class);
                assertThat(before.get()).isTrue();
                assertThat(after.get()).isTrue();
                assertThat(end.get()).isTrue();
            }
            assertThat(store.task(kept, "before").orElseThrow().state()).isEqualTo(TaskState.SUCCEEDED);
        }
    }

    @Test
    void a_start_and_its_end_are_sent_again_together_when_the_answer_to_their_commit_is_lost() throws Exception {
        LostAnswer answer = new LostAnswer();
        try (HostDataSource host = answer.on(postgres);
                JdbcStateStore store = JdbcStateStore.open(host);
                RunJournal journal = store.journal(StoredRuns.create(store));
                WriterHeld held = new WriterHeld(journal)) {
            Told start = Told.of(journal, started("a"));
            Told end = Told.of(journal, succeeded("a"));
            Told stale = Told.of(journal, started("a"));
            answer.loseNext();
            held.release();

            assertThat(start.get()).isTrue();
            assertThat(end.get()).isTrue();
            assertThatThrownBy(stale::get).hasCauseInstanceOf(StaleWriteException.class);
        }
    }

    @Test
    void the_end_of_a_run_is_sent_again_when_the_answer_to_its_commit_is_lost() throws Exception {
        LostAnswer answer = new LostAnswer();
        try (HostDataSource host = answer.on(postgres);
                JdbcStateStore store = JdbcStateStore.open(host)) {
            RunId run = StoredRuns.create(store);
            try (RunJournal journal = store.journal(run)) {
                answer.loseNext();
                Told.start(journal, NOON).join();
                answer.loseNext();
                journal.ended(RunState.SUCCEEDED, NOON, Optional.empty());

                assertThatThrownBy(() -> journal.ended(RunState.FAILED, NOON.plusSeconds(1), Optional.empty()))
                        .isInstanceOf(StaleWriteException.class);
                assertThatThrownBy(Told.start(journal, NOON)::get).hasCauseInstanceOf(StaleWriteException.class);
            }
            assertThat(store.find(run).orElseThrow())
                    .returns(RunState.SUCCEEDED, StoredRun::state)
                    .returns(Optional.of(NOON), StoredRun::endedAt);
        }
    }

    @Test
    void runs_that_end_together_end_in_one_transaction_and_each_is_told_of_its_own_end() throws Exception {
        try (JdbcStateStore store = store();
                RunJournal holding = store.journal(StoredRuns.create(store));
                WriterHeld held = new WriterHeld(holding)) {
            List<RunId> runs = new ArrayList<>();
            List<Ending> endings = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                RunId run = StoredRuns.create(store);
                runs.add(run);
                endings.add(new Ending(store.journal(run)));
            }
            postgres.execute("update etl.pipeline_runs set epoch = epoch + 1 where run_id = '" + runs.get(2) + "'");
            for (Ending ending : endings) {
                ending.awaitWaiting();
            }
            held.release();

            assertThat(endings.get(2).end())
                    .failsWithin(20, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(RunLostException.class);
            endings.remove(2);
            assertThat(endings).allSatisfy(ending -> assertThat(ending.end()).succeedsWithin(20, TimeUnit.SECONDS));
            assertThat(Query.longs(
                            postgres.dataSource(),
                            "select count(*) from etl.pipeline_runs where state = 'FAILED' and run_id::text in ('"
                                    + runs.stream().map(RunId::toString).collect(Collectors.joining("', '"))
                                    + "') group by xmin::text"))
                    .containsExactly(4L);
        }
    }

    /** A thread that ends a run. */
    private static final class Ending {
        private final CompletableFuture<Boolean> end = new CompletableFuture<>();
        private final Thread thread;

        Ending(RunJournal journal) {
            thread = new Thread(() -> {
                try (journal) {
                    journal.ended(RunState.FAILED, NOON, Optional.empty());
                    end.complete(true);
                } catch (StateStoreException failure) {
                    end.completeExceptionally(failure);
                }
            });
            thread.start();
        }

        CompletableFuture<Boolean> end() {
            return end;
        }

        void awaitWaiting() {
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
        }
    }

    private static TaskChange started(String task) {
        return TaskChange.started(task, 1, NOON);
    }

    private static TaskChange succeeded(String task) {
        return TaskChange.succeeded(task, 1, NOON, RowCounts.NONE, "done", String.class);
    }

    /** A server whose connection breaks after a commit, before it is answered. */
    private static final class LostAnswer {
        private final AtomicBoolean lost = new AtomicBoolean();

        void loseNext() {
            lost.set(true);
        }

        HostDataSource on(PostgresExtension server) {
            return new HostDataSource(
                    server.dataSource(),
                    new HostDataSource.Settings(true, false, Connection.TRANSACTION_READ_COMMITTED),
                    connection -> {
                        connection.commit();
                        if (lost.compareAndSet(true, false)) {
                            throw new SQLException("the connection was lost while the commit was under way", "08006");
                        }
                    });
        }
    }

    /** Keeps the writer in a receipt, so that what is written meanwhile is one batch. */
    private static final class WriterHeld implements AutoCloseable {
        private final CountDownLatch released = new CountDownLatch(1);

        WriterHeld(RunJournal journal) throws InterruptedException {
            CountDownLatch reached = new CountDownLatch(1);
            journal.write(started("held"), new RunJournal.Receipt() {
                @Override
                public void durable() {
                    reached.countDown();
                    try {
                        released.await();
                    } catch (InterruptedException interruption) {
                        Thread.currentThread().interrupt();
                    }
                }

                @Override
                public void failed(StateStoreException failure) {
                    durable();
                }
            });
            reached.await();
        }

        void release() {
            released.countDown();
        }

        @Override
        public void close() {
            release();
        }
    }
}
