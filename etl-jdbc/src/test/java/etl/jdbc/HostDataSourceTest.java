package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.TaskRef;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredSchedule;
import etl.testkit.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostDataSourceTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    static List<HostDataSource.Settings> settings() {
        return List.of(
                new HostDataSource.Settings(true, false, Connection.TRANSACTION_READ_COMMITTED),
                new HostDataSource.Settings(false, false, Connection.TRANSACTION_READ_COMMITTED),
                new HostDataSource.Settings(true, false, Connection.TRANSACTION_SERIALIZABLE),
                new HostDataSource.Settings(false, false, Connection.TRANSACTION_REPEATABLE_READ));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void a_transaction_that_a_pool_has_left_open_is_in_nobodys_way(HostDataSource.Settings settings) throws Exception {
        try (HostDataSource host = HostDataSource.validating(postgres.dataSource(), settings);
                JdbcStateStore store = JdbcStateStore.open(host)) {
            RunId run = StoredRuns.create(store);
            store.schedules().register(new StoredSchedule("daily", "p", "cron", Instant.EPOCH, Instant.EPOCH, false));

            assertThat(store.tasks(run)).isEmpty();
            assertThat(store.schedules().pause("daily", true)).isTrue();
            assertThat(store.purge(Retention.of(Duration.ofDays(1)))).isEqualTo(Purged.NOTHING);
            assertThat(host.returned()).hasSize(host.taken()).containsOnly(settings);
            assertThat(Query.strings(
                            postgres.dataSource(), "select paused from etl.pipeline_schedules where name = 'daily'"))
                    .containsExactly("t");
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void connections_come_back_with_the_settings_they_came_with(HostDataSource.Settings settings) throws Exception {
        try (HostDataSource host = new HostDataSource(postgres.dataSource(), settings)) {
            JdbcStateStore store = JdbcStateStore.open(host);
            RawData raw = RawData.in(store);
            PipelineBuilder builder = Pipeline.named("orders");
            TaskRef<Long> land =
                    builder.task("land", Long.class).run(context -> raw.land(context, "orders", Stream.of("a", "b")));
            builder.task("count", Long.class).from(land).run((context, rows) -> rows);
            Pipeline pipeline = builder.build();
            RunId id;
            try (Etl etl = Etl.builder().store(store).build()) {
                RunReport report = etl.run(pipeline).orThrow();
                id = report.id();
                assertThat(etl.store().tasks(id)).hasSize(2);
                assertThatThrownBy(() -> etl.store().journal(RunId.random())).isInstanceOf(StateStoreException.class);
            }

            assertThat(host.returned()).hasSize(host.taken()).isNotEmpty().containsOnly(settings);
            assertThat(Query.strings(
                            postgres.dataSource(), "select state from etl.pipeline_runs where run_id = '" + id + "'"))
                    .containsExactly("SUCCEEDED");
        }
    }

    static Stream<HostDataSource> hosts() {
        return settings().stream()
                .flatMap(settings -> Stream.of(
                        new HostDataSource(postgres.dataSource(), settings),
                        HostDataSource.validating(postgres.dataSource(), settings)));
    }

    @ParameterizedTest
    @MethodSource("hosts")
    void a_lease_may_be_prolonged_while_data_is_written(HostDataSource source) throws Exception {
        try (HostDataSource host = source) {
            JdbcStateStore store = JdbcStateStore.open(host);
            RawData raw = RawData.in(store);
            TransformedData transformed = TransformedData.in(store);
            PipelineBuilder builder = Pipeline.named("orders");
            TaskRef<Long> land = builder.task("land", Long.class)
                    .run(context ->
                            raw.land(context, "orders", Stream.of("a", "b").peek(record -> prolong(context.runId()))));
            builder.task("transform", Long.class).from(land).run((context, rows) -> {
                List<TransformedRow> written = new ArrayList<>();
                raw.read(
                        context.runId(),
                        "orders",
                        String.class,
                        row -> written.add(TransformedRow.valid(row.id(), row.content())));
                return transformed.write(context, "orders", written.stream().peek(row -> prolong(context.runId())));
            });
            try (Etl etl = Etl.builder().store(store).build()) {
                RunId id = etl.run(builder.build()).orThrow().id();

                List<String> read = new ArrayList<>();
                transformed.read(id, "orders", String.class, read::add);
                assertThat(read).containsExactly("a", "b");
            }
        }
    }

    private static void prolong(RunId run) {
        try {
            postgres.execute("update etl.pipeline_runs set heartbeat_at = now() where run_id = '" + run + "'");
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void a_data_source_stays_the_hosts() throws Exception {
        HostDataSource host = new HostDataSource(
                postgres.dataSource(), new HostDataSource.Settings(true, false, Connection.TRANSACTION_READ_COMMITTED));

        JdbcStateStore.open(host).close();

        assertThat(host.isClosed()).isFalse();
    }

    @Test
    void a_read_only_data_source_is_refused_when_the_store_is_opened() {
        HostDataSource host = new HostDataSource(
                postgres.dataSource(), new HostDataSource.Settings(true, true, Connection.TRANSACTION_READ_COMMITTED));

        assertThatThrownBy(
                        () -> JdbcStateStore.builder(host).schema("read_only").open())
                .isInstanceOf(StateStoreException.class)
                .hasMessageStartingWith("schema 'read_only' cannot be migrated: ")
                .hasMessageContaining("read-only");
    }

    @Test
    void the_hosts_own_migrations_in_the_public_schema_go_on(@TempDir Path migrations) throws Exception {
        Files.writeString(migrations.resolve("V1__customers.sql"), "create table customers (id bigint);");
        hostsFlyway(migrations).migrate();
        List<String> before = Query.strings(
                postgres.dataSource(), "select flyway_schema_history::text from public.flyway_schema_history");

        JdbcStateStore.open(postgres.dataSource()).close();
        JdbcStateStore.builder(postgres.dataSource()).schema("public").open().close();

        assertThat(Query.strings(
                        postgres.dataSource(), "select flyway_schema_history::text from public.flyway_schema_history"))
                .isEqualTo(before);
        Files.writeString(migrations.resolve("V2__invoices.sql"), "create table invoices (id bigint);");
        assertThat(hostsFlyway(migrations).migrate().migrationsExecuted).isEqualTo(1);
        hostsFlyway(migrations).validate();
    }

    private static Flyway hostsFlyway(Path migrations) {
        return Flyway.configure()
                .dataSource(postgres.dataSource())
                .locations("filesystem:" + migrations)
                .load();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobs", "_x9", "order", "user", "select", "table"})
    void a_schema_has_the_name_that_was_chosen(String schema) throws Exception {
        try (JdbcStateStore store = JdbcStateStore.builder(postgres.dataSource())
                        .schema(schema)
                        .open();
                Etl etl = Etl.builder().store(store).build()) {
            RawData raw = RawData.in(store);
            PipelineBuilder builder = Pipeline.named("orders");
            builder.task("land", Long.class).run(context -> raw.land(context, "orders", Stream.of("a")));
            RunId id = etl.run(builder.build()).orThrow().id();

            assertThat(etl.store().tasks(id)).hasSize(1);
            assertThat(Query.strings(postgres.dataSource(), "select run_id from \"" + schema + "\".pipeline_runs"))
                    .containsExactly(id.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Etl",
                "1st",
                "a b",
                "a.b",
                "a\"b",
                "a'b",
                "a;drop schema public cascade",
                "a--",
                "a\nb",
                "\u0131",
                "\u00e4",
                "\uD83D\uDE00",
                "../etl",
                "a23456789_123456789_123456789_123456789_123456789_123456789_1234"
            })
    void a_hostile_schema_name_is_refused(String schema) {
        assertThatThrownBy(() -> JdbcStateStore.builder(postgres.dataSource())
                        .schema(schema)
                        .open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("schema '" + schema + "' is not allowed")
                .hasMessageContaining("at most 63 lower-case letters, digits or '_'");
    }
}
