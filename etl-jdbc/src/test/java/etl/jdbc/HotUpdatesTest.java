package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.RunId;
import etl.core.spi.RunJournal;
import etl.testkit.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Updates that touch no index and stay on their page, so that the page cleans itself and no index grows. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HotUpdatesTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void leases_are_prolonged_without_touching_an_index() throws Exception {
        try (JdbcStateStore store = JdbcStateStore.builder(postgres.databaseUrl())
                .lease(Duration.ofSeconds(1))
                .open()) {
            List<RunJournal> journals = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                RunId run = StoredRuns.create(store);
                journals.add(store.journal(run));
            }
            long before = updates("n_tup_upd");
            long hot = updates("n_tup_hot_upd");
            while (updates("n_tup_upd") < before + 500) {
                Thread.onSpinWait();
            }
            assertThat(updates("n_tup_hot_upd") - hot).isGreaterThanOrEqualTo(490);
            journals.forEach(RunJournal::close);
        }
    }

    private static long updates(String column) throws Exception {
        return Query.longs(
                        postgres.dataSource(),
                        "select " + column + " from pg_stat_user_tables where relname = 'pipeline_runs'")
                .get(0);
    }
}
