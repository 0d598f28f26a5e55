package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.StateStoreException;
import etl.testkit.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void eight_processes_that_start_at_once_migrate_once() throws Exception {
        int starts = 8;
        CyclicBarrier together = new CyclicBarrier(starts);
        ExecutorService threads = Executors.newFixedThreadPool(starts);
        try {
            List<Future<Boolean>> created = new ArrayList<>();
            for (int i = 0; i < starts; i++) {
                created.add(threads.submit(() -> {
                    together.await(30, TimeUnit.SECONDS);
                    try (JdbcStateStore store = open("crowd", true)) {
                        return store.create(StoredRuns.newRun("orders", EngineRun.LOCAL));
                    }
                }));
            }
            for (Future<Boolean> one : created) {
                assertThat(one.get(60, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(Query.longs(
                        postgres.dataSource(),
                        "select count(*) from crowd.etl_schema_history where version = '1' and success"))
                .containsExactly(1L);
        assertThat(Query.longs(postgres.dataSource(), "select count(*) from crowd.pipeline_runs"))
                .containsExactly(8L);
    }

    @Test
    void a_migrated_schema_is_opened_again_with_its_runs() {
        NewRun run = StoredRuns.newRun("orders", EngineRun.LOCAL);
        try (JdbcStateStore store = open("twice", true)) {
            store.create(run);
        }

        try (JdbcStateStore store = open("twice", true)) {
            assertThat(store.find(run.id()).orElseThrow().definition()).isEqualTo(run);
        }
    }

    @Test
    void a_store_that_may_not_migrate_uses_what_another_has_migrated() {
        open("shared", true).close();

        try (JdbcStateStore store = open("shared", false)) {
            assertThat(store.create(StoredRuns.newRun("orders", EngineRun.LOCAL)))
                    .isTrue();
        }
    }

    @Test
    void a_store_that_may_not_migrate_refuses_a_missing_schema() throws Exception {
        assertThatThrownBy(() -> open("absent", false))
                .isInstanceOf(StateStoreException.class)
                .hasMessageContaining("schema 'absent'")
                .hasMessageNotContaining("\n");
        assertThat(Query.longs(
                        postgres.dataSource(),
                        "select count(*) from information_schema.schemata where schema_name = 'absent'"))
                .as("nothing was created")
                .containsExactly(0L);
    }

    @Test
    void a_store_that_may_not_migrate_refuses_a_newer_schema() throws Exception {
        open("ahead", true).close();
        makeNewer("ahead");

        assertThatThrownBy(() -> open("ahead", false))
                .isInstanceOf(StateStoreException.class)
                .hasMessageContaining("schema 'ahead' has version 999")
                .hasMessageContaining("newer");
    }

    @Test
    void a_store_that_may_not_migrate_refuses_an_older_schema() throws Exception {
        open("behind", true).close();
        postgres.execute("delete from behind.etl_schema_history");

        assertThatThrownBy(() -> open("behind", false))
                .isInstanceOf(StateStoreException.class)
                .hasMessageContaining("schema 'behind' has no tables")
                .hasMessageContaining("open it once with a store that may migrate it");
    }

    @Test
    void the_expected_version_is_that_of_the_newest_migration() throws Exception {
        open("current", true).close();

        assertThat(Query.strings(
                        postgres.dataSource(),
                        "select version from current.etl_schema_history order by installed_rank desc limit 1"))
                .containsExactly(Schema.VERSION.getVersion());
    }

    @Test
    void a_schema_of_a_newer_library_is_refused() throws Exception {
        open("newer", true).close();
        makeNewer("newer");

        assertThatThrownBy(() -> open("newer", true))
                .isInstanceOf(StateStoreException.class)
                .hasMessageStartingWith("schema 'newer' was migrated by a newer or a changed version of etl-jdbc;"
                        + " update the library, or use another schema")
                .hasMessageContaining("999");
    }

    @Test
    void a_role_without_the_right_to_create_a_schema_is_told_at_once() throws Exception {
        String url = urlOf("schema_test_reader");

        assertTimeout(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> open(url, "forbidden"))
                        .isInstanceOf(StateStoreException.class)
                        .hasMessageStartingWith("schema 'forbidden' cannot be migrated: permission denied")
                        .hasMessageContaining("user 'schema_test_reader'"));
    }

    @Test
    void a_role_without_the_right_to_create_tables_is_told_at_once() throws Exception {
        String url = urlOf("schema_test_guest");
        postgres.execute("create schema guarded; grant usage on schema guarded to schema_test_guest");

        assertTimeout(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> open(url, "guarded"))
                        .isInstanceOf(StateStoreException.class)
                        .hasMessageStartingWith("schema 'guarded' cannot be migrated: permission denied")
                        .hasMessageContaining("user 'schema_test_guest'"));
    }

    @Test
    void a_role_that_may_create_tables_in_a_schema_migrates_it() throws Exception {
        String url = urlOf("schema_test_owner");
        postgres.execute("create schema given authorization schema_test_owner");

        open(url, "given").close();
        open(url, "given").close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"LATIN1", "SQL_ASCII", "EUC_JP"})
    void a_database_that_cannot_store_every_text_is_refused(String encoding) throws Exception {
        String name = "in_" + encoding.toLowerCase(Locale.ROOT);
        postgres.execute("create database " + name + " encoding '" + encoding + "' locale 'C' template template0");
        String url = postgres.databaseUrl().replaceFirst("/[^/]*$", "/" + name);

        for (boolean migrate : List.of(true, false)) {
            assertThatThrownBy(
                            () -> JdbcStateStore.builder(url).migrate(migrate).open())
                    .isInstanceOf(StateStoreException.class)
                    .hasMessage("the database has the encoding " + encoding
                            + ", in which not every text can be stored; create one with the encoding UTF8:"
                            + " create database ... encoding 'UTF8' template template0");
        }
    }

    private static String urlOf(String role) throws Exception {
        postgres.execute("create role " + role + " login password 's3cret'");
        return postgres.databaseUrl().replaceFirst("//[^@]*@", "//" + role + ":s3cret@");
    }

    private static JdbcStateStore open(String url, String schema) {
        return JdbcStateStore.builder(url).schema(schema).open();
    }

    private static void makeNewer(String schema) throws Exception {
        postgres.execute("insert into " + schema + ".etl_schema_history (installed_rank, version, description, type,"
                + " script, checksum, installed_by, execution_time, success)"
                + " values (999, '999', 'of tomorrow', 'SQL', 'V999__of_tomorrow.sql', 1, 'tomorrow', 1, true)");
    }

    private static JdbcStateStore open(String schema, boolean migrate) {
        return JdbcStateStore.builder(postgres.dataSource())
                .schema(schema)
                .migrate(migrate)
                .open();
    }
}
