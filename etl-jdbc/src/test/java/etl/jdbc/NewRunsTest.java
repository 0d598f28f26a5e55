package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.RunId;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.StateStoreException;
import etl.testkit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

/** Runs that are recorded together. */
class NewRunsTest {
    private static final HostDataSource.Settings PLAIN =
            new HostDataSource.Settings(true, false, Connection.TRANSACTION_READ_COMMITTED);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static NewRun newRun(String pipeline) {
        return StoredRuns.newRun(pipeline, EngineRun.LOCAL);
    }

    private static List<NewRun> newRuns() {
        return IntStream.range(0, 300).mapToObj(i -> newRun("orders")).toList();
    }

    private static RunId[] ids(List<NewRun> runs) {
        return runs.stream().map(NewRun::id).toArray(RunId[]::new);
    }

    @Test
    void a_host_whose_driver_rewrites_batches_is_told_which_runs_are_new() {
        PGSimpleDataSource source = (PGSimpleDataSource) postgres.dataSource();
        source.setReWriteBatchedInserts(true);
        try (JdbcStateStore store = JdbcStateStore.open(source)) {
            List<NewRun> runs = newRuns();
            store.createAll(runs.subList(0, 7));

            assertThat(store.createAll(runs)).containsExactlyInAnyOrder(ids(runs.subList(7, 300)));
        }
    }

    @Test
    void runs_whose_commit_lost_its_answer_are_new_nevertheless() {
        AtomicBoolean lost = new AtomicBoolean();
        DataSource host = new HostDataSource(postgres.dataSource(), PLAIN, connection -> {
            connection.commit();
            if (lost.compareAndSet(true, false)) {
                throw new SQLException("the connection was lost while the commit was under way", "08006");
            }
        });
        try (JdbcStateStore store = JdbcStateStore.open(host)) {
            List<NewRun> runs = newRuns();
            lost.set(true);

            assertThat(store.createAll(runs)).containsExactlyInAnyOrder(ids(runs));
            assertThat(lost).isFalse();
            assertThat(store.createAll(runs)).isEmpty();
        }
    }

    @Test
    void if_one_cannot_be_recorded_none_is() {
        try (JdbcStateStore store = JdbcStateStore.open(postgres.dataSource())) {
            NewRun good = newRun("good");
            NewRun bad = newRun("no such character: \u0000");

            assertThatThrownBy(() -> store.createAll(List.of(good, bad)))
                    .isInstanceOf(StateStoreException.class)
                    .hasMessageContaining("recording 2 runs failed")
                    .hasMessageNotContaining("insert into");
            assertThat(store.find(good.id())).isEmpty();
        }
    }
}
