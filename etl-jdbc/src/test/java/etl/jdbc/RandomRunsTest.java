package etl.jdbc;

import etl.testkit.PostgresExtension;
import etl.testkit.RandomRuns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomRunsTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89})
    void a_random_pipeline_ends_as_documented(long seed) {
        RandomRuns.check(JdbcStateStore.open(postgres.databaseUrl()), seed, 40);
    }

    @Test
    void a_large_random_pipeline_ends_as_documented() {
        RandomRuns.check(JdbcStateStore.open(postgres.databaseUrl()), 144, 2_000);
    }
}
