package etl.jdbc;

import etl.core.spi.StateStore;
import etl.testkit.PostgresExtension;
import etl.testkit.ReopenedRunContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class JdbcReopenedRunTest extends ReopenedRunContract {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Override
    protected StateStore open() {
        return JdbcStateStore.open(postgres.databaseUrl());
    }
}
