package etl.jdbc;

import etl.core.spi.StateStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** The tables and their migrations, with a history table of their own, so that a host's Flyway is not disturbed. */
final class Schema {
    private static final String HISTORY = "etl_schema_history";
    private static final MigrationVersion NONE = MigrationVersion.fromVersion("0");

    /** Undefined table, and undefined schema. */
    private static final Set<String> ABSENT = Set.of("42P01", "3F000");

    /** The version of the newest migration. */
    static final MigrationVersion VERSION = MigrationVersion.fromVersion("11");

    private Schema() {}

    static void migrate(Database database) {
        refuseWithoutRights(database);
        ServerEncoding.check(database);
        try {
            migrations(database).load().migrate();
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

    static FluentConfiguration migrations(Database database) {
        return Flyway.configure(Schema.class.getClassLoader())
                .dataSource(database.dataSource())
                .defaultSchema(database.schema())
                .schemas(database.schema())
                .createSchemas(true)
                .table(HISTORY)
                .locations("classpath:etl/jdbc/migration")
                .ignoreMigrationPatterns(new String[0])
                .baselineOnMigrate(true)
                .baselineVersion("0");
    }

    /** Asked beforehand, because Flyway tries for ten seconds to create what it may not. */
    private static void refuseWithoutRights(Database database) {
        String sql = "select current_user, case when to_regnamespace(?) is null"
                + " then has_database_privilege(current_database(), 'CREATE')"
                + " else to_regclass(?) is not null or has_schema_privilege(?, 'CREATE') end";
        String what = "schema '" + database.schema() + "' cannot be migrated: ";
        database.transaction(what + "asking for the rights of the user", connection -> {
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setString(1, database.schema());
                select.setString(2, database.table(HISTORY));
                select.setString(3, database.schema());
                try (ResultSet rights = select.executeQuery()) {
                    if (rights.next() && !rights.getBoolean(2)) {
                        throw new StateStoreException(
                                what + "permission denied: user '" + rights.getString(1) + "' may not create it or its"
                                        + " tables; grant that, or let a user who may open the store once",
                                null);
                    }
                }
            }
            return true;
        });
    }

    /** Refuses a schema that this version of the library cannot work with; changes nothing. */
    static void check(Database database) {
        ServerEncoding.check(database);
        MigrationVersion found = database.transaction(
                "reading the version of schema '" + database.schema() + "'",
                connection -> newest(connection, database));
        if (found.isNewerThan(VERSION)) {
            throw new StateStoreException(
                    "schema '" + database.schema() + "' has version " + found
                            + ", of a newer etl-jdbc, while this one needs " + VERSION
                            + "; update the library, or use another schema",
                    null);
        }
        if (VERSION.isNewerThan(found)) {
            throw new StateStoreException(
                    "schema '" + database.schema() + "' has " + (found.equals(NONE) ? "no tables" : "version " + found)
                            + ", while version " + VERSION
                            + " is needed; open it once with a store that may migrate it",
                    null);
        }
    }

    private static MigrationVersion newest(Connection connection, Database database) throws SQLException {
        String sql = "select version from " + database.table(HISTORY) + " where success and version is not null";
        MigrationVersion newest = NONE;
        try (Statement select = connection.createStatement();
                ResultSet rows = select.executeQuery(sql)) {
            while (rows.next()) {
                MigrationVersion version = MigrationVersion.fromVersion(rows.getString(1));
                newest = version.isNewerThan(newest) ? version : newest;
            }
        } catch (SQLException failure) {
            if (!ABSENT.contains(failure.getSQLState())) {
                throw failure;
            }
        }
        return newest;
    }
}
