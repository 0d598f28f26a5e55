package etl.jdbc;

import etl.core.spi.StateStore;
import etl.testkit.PostgresExtension;
import etl.testkit.ScheduleStoreContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class JdbcScheduleStoreTest extends ScheduleStoreContract {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Override
    protected StateStore open() {
        return JdbcStateStore.open(postgres.databaseUrl());
    }
}
