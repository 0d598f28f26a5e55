package etl.jdbc;

import etl.core.spi.StateStoreException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** The tables and their migrations, with a history table of their own, so that a host's Flyway is not disturbed. */
final class Schema {
    private static final String HISTORY = "etl_schema_history";

    private Schema() {}

    static void migrate(Database database) {
        try {
            Flyway.configure(Schema.class.getClassLoader())
                    .dataSource(database.dataSource())
                    .defaultSchema(database.schema())
                    .schemas(database.schema())
                    .createSchemas(true)
                    .table(HISTORY)
                    .locations("classpath:etl/jdbc/migration")
                    .ignoreMigrationPatterns(new String[0])
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate();
        } catch (FlywayValidateException mismatch) {
            throw new StateStoreException(
                    "schema '" + database.schema() + "' was migrated by a newer or a changed version of etl-jdbc;"
                            + " update the library, or use another schema: " + mismatch.getMessage(),
                    mismatch);
        } catch (FlywayException failure) {
            throw new StateStoreException(
                    "schema '" + database.schema() + "' cannot be migrated: " + failure.getMessage(), failure);
        }
    }
}
