package etl.jdbc;

import etl.testkit.PostgresExtension;
import etl.testkit.RandomInclusions;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomInclusionsTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
    void included_tasks_end_like_those_written_by_hand(long seed) {
        RandomInclusions.check(JdbcStateStore.open(postgres.databaseUrl()), seed, 40);
    }
}
