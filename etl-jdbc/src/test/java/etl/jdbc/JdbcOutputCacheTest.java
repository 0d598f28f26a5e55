package etl.jdbc;

import etl.core.spi.StateStore;
import etl.testkit.OutputCacheContract;
import etl.testkit.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;

class JdbcOutputCacheTest extends OutputCacheContract {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Override
    protected StateStore open() {
        return JdbcStateStore.open(postgres.databaseUrl());
    }

    /** The clock of a database cannot be turned, so that everything else is moved back. */
    @Override
    protected void advance(Duration step) throws SQLException {
        String back = " - interval '" + step.toSeconds() + " seconds'";
        postgres.execute("update etl.task_cache set computed_at = computed_at" + back + ", expires_at = expires_at"
                + back + ", claimed_until = claimed_until" + back);
    }
}
