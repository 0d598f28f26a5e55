package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.Cache;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Rerun;
import etl.core.RunOptions;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskRef;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredSchedule;
import etl.testkit.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The statements of docs/database.md, as they stand there. */
class TwoUsersTest {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static String owner = "";
    private static String runner = "";

    @BeforeAll
    static void executeTheStatements() throws Exception {
        List<String> statements = statements();
        postgres.execute(statements.get(0));
        owner = url("etl_owner", "change%20me");
        runner = url("etl_run", "change%20me,%20too");
        JdbcStateStore.open(owner).close();
        try (Connection connection = connection(owner);
                Statement grant = connection.createStatement()) {
            grant.execute(statements.get(1));
        }
    }

    /** Roles belong to the server, which other test classes use, too. */
    @AfterAll
    static void dropTheUsers() throws SQLException {
        postgres.execute(
                "drop owned by etl_run cascade; drop owned by etl_owner cascade; drop role etl_run, etl_owner");
    }

    private static List<String> statements() throws IOException {
        Path page = Path.of("").toAbsolutePath().resolveSibling("docs").resolve("database.md");
        Matcher block = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(page));
        List<String> statements = new ArrayList<>();
        while (block.find()) {
            statements.add(block.group(1));
        }
        assertThat(statements).hasSize(2);
        return statements;
    }

    private static String url(String user, String password) {
        return postgres.databaseUrl().replaceFirst("//[^@]*@", "//" + user + ":" + password + "@");
    }

    private static Connection connection(String url) throws SQLException {
        DatabaseUrl place = DatabaseUrl.parse(url);
        return DriverManager.getConnection(
                place.jdbcUrl(), place.user().orElseThrow(), place.password().orElseThrow());
    }

    @Test
    void the_user_that_runs_pipelines_can_do_all_that_a_store_does() {
        AtomicBoolean broken = new AtomicBoolean(true);
        JdbcStateStore store = JdbcStateStore.builder(runner).migrate(false).open();
        RawData raw = RawData.in(store);
        TransformedData transformed = TransformedData.in(store);
        PipelineBuilder builder = Pipeline.named("orders");
        TaskRef<Integer> cached = builder.task("cached", Integer.class)
                .cache(Cache.version("1").ttl(Duration.ofHours(1)))
                .run(context -> 1);
        TaskRef<Long> land = builder.task("land", Long.class)
                .after(cached)
                .run(context -> raw.land(context, "orders", Stream.of("a", "b")));
        TaskRef<Long> clean = builder.task("clean", Long.class).from(land).run((context, rows) -> {
            List<TransformedRow> kept = new ArrayList<>();
            raw.read(context.runId(), "orders", String.class, row -> kept.add(TransformedRow.valid(row.id(), "x")));
            return transformed.write(context, "orders", kept.stream());
        });
        builder.task("report").after(clean).run(context -> {
            if (broken.get()) {
                throw new IllegalStateException("broken");
            }
        });
        Pipeline pipeline = builder.build();
        try (Etl etl = Etl.builder().store(store).build()) {
            RunReport failed =
                    etl.run(pipeline, Arguments.none(), RunOptions.none().key("monday"));
            assertThat(failed.state()).isEqualTo(RunState.FAILED);
            broken.set(false);
            assertThat(etl.resume(failed.id(), pipeline).await().state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(etl.rerun(failed.id(), pipeline, Rerun.from("land"))
                            .await()
                            .state())
                    .isEqualTo(RunState.SUCCEEDED);
            assertThat(etl.run(pipeline).task(cached).isCached()).isTrue();
            store.schedules()
                    .register(new StoredSchedule("daily", "orders", "timing", Instant.EPOCH, Instant.EPOCH, false));
            store.schedules().pause("daily", true);
            assertThat(store.outputCache().remove("orders", Duration.ZERO)).isOne();
            assertThat(store.purge(Retention.of(Duration.ZERO))).isEqualTo(new Purged(2, 8));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table etl.mine (id int)",
                "alter table etl.pipeline_runs add column mine int",
                "drop table etl.raw_data",
                "truncate etl.pipeline_tasks",
                "create index on etl.pipeline_tasks (state)",
                "drop schema etl cascade",
                "delete from etl.etl_schema_history",
                "update etl.etl_schema_history set checksum = 1",
                "insert into etl.etl_schema_history select * from etl.etl_schema_history",
                "update etl.raw_data set content = '1'"
            })
    void the_user_that_runs_pipelines_cannot_change_the_schema(String statement) throws SQLException {
        try (Connection connection = connection(runner);
                Statement forbidden = connection.createStatement()) {
            assertThatThrownBy(() -> forbidden.execute(statement))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failure -> assertThat(failure.getSQLState()).isEqualTo(INSUFFICIENT_PRIVILEGE));
        }
    }

    @Test
    void the_user_that_runs_pipelines_cannot_migrate_another_schema() {
        assertThatThrownBy(() -> JdbcStateStore.builder(runner).schema("other").open())
                .isInstanceOf(StateStoreException.class)
                .hasMessageStartingWith("schema 'other' cannot be migrated: permission denied: user 'etl_run'");
    }
}
