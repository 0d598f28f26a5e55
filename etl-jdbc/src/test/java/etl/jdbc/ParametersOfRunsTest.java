package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.Secret;
import etl.testkit.PostgresExtension;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the database holds of arguments, and what a resume makes of it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParametersOfRunsTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private final PipelineBuilder builder = Pipeline.named("orders");
    private Etl etl;

    record Job(String text, BigDecimal price, ZonedDateTime at, List<Double> shares) {}

    @BeforeEach
    void open() {
        etl = Etl.builder().store(JdbcStateStore.open(postgres.databaseUrl())).build();
    }

    @AfterEach
    void close() {
        etl.close();
    }

    @Test
    void a_resumed_run_has_the_arguments_it_began_with() {
        Job job = new Job(
                "\"\\ \u0001\uD83D\uDE00\u05D0",
                new BigDecimal("1.50"),
                ZonedDateTime.of(2001, 10, 28, 2, 30, 0, 1, ZoneId.of("Europe/Berlin"))
                        .withLaterOffsetAtOverlap(),
                List.of(Double.NaN, -0.0));
        Parameter<List<Job>> jobs =
                builder.parameter("jobs", new GenericType<List<Job>>() {}).required();
        List<List<Job>> seen = new ArrayList<>();
        builder.task("a").run(ctx -> {
            seen.add(ctx.get(jobs));
            if (seen.size() == 1) {
                throw new IllegalStateException("once");
            }
        });
        Pipeline pipeline = builder.build();

        RunReport failed = etl.run(pipeline, Arguments.of(jobs, List.of(job, job)));
        RunReport resumed = etl.resume(failed.id(), pipeline).await();

        assertThat(resumed.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(seen).containsExactly(List.of(job, job), List.of(job, job));
    }

    @Test
    void no_table_holds_a_secret() throws Exception {
        Parameter<Secret> password = builder.parameter("password", Secret.class).required();
        builder.task("tells").run(ctx -> {
            throw new IllegalStateException("me:" + ctx.get(password).reveal() + "@db");
        });
        builder.task("returns", Secret.class).run(ctx -> ctx.get(password));
        String clear = Secret.env("PATH").reveal();

        RunReport run = etl.run(builder.build(), Arguments.of(password, Secret.env("PATH")));

        List<String> rows = new ArrayList<>();
        for (String table : List.of("pipeline_runs", "pipeline_tasks")) {
            rows.addAll(Query.strings(
                    postgres.dataSource(),
                    "select to_jsonb(t)::text from etl." + table + " t where run_id = '" + run.id() + "'"));
        }
        assertThat(rows).hasSize(3);
        assertThat(String.join("\n", rows))
                .contains("{\"password\": \"env:PATH\"}", "me:***@db")
                .doesNotContain(clear);
        assertThat(run.tasks())
                .filteredOn(task -> task.id().equals("returns"))
                .singleElement()
                .satisfies(task -> assertThat(task.error().orElseThrow().type())
                        .isEqualTo("etl.core.spi.OutputNotStorableException"));
    }
}
