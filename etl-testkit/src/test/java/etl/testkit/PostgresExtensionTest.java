package etl.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresExtensionTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** Known when the first test begins, before any nested class does. */
    private static String database = "";

    @org.junit.jupiter.api.BeforeAll
    static void remember() {
        database = postgres.databaseUrl();
    }

    @Nested
    class InNestedClass {
        @Test
        void the_database_is_that_of_the_enclosing_class() {
            assertThat(postgres.databaseUrl()).isEqualTo(database).doesNotEndWith("/postgres");
        }
    }
}
