package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import etl.testkit.PostgresExtension;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs the example pipelines on the real engines and compares every row with those of a local run. Skipped, with the
 * reason, where Python is missing, unless ETL_ENGINES_REQUIRED is "true".
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class EngineIT {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final String ODD_TEXT = "it's \"quoted\"\nnext line \uD83D\uDE00 {{ x }} \\ %s $(id) `id`";

    @TempDir
    static Path folder;

    private Path home = folder;
    private Path environments = folder;

    @BeforeAll
    void installEngines() throws Exception {
        home = folder.resolve("with a space");
        Files.createDirectories(home);
        environments = Path.of(
                System.getenv().getOrDefault("ETL_VENVS", ROOT.resolve(".venvs").toString()));
        Path log = folder.resolve("engines.log");
        int code = process(List.of(ROOT.resolve(".ci/engines").toString(), environments.toString()), log, Map.of());
        if (code != 0) {
            String why =
                    "the engines cannot be installed: " + Files.readString(log).strip();
            if ("true".equals(System.getenv("ETL_ENGINES_REQUIRED"))) {
                throw new IllegalStateException(why);
            }
            abort(why);
        }
        run(0, "flights");
        run(1, withRetries());
    }

    @ParameterizedTest(name = "{1} runs the flights pipeline")
    @CsvSource({"luigi,luigi-3", "prefect,prefect-3", "airflow,airflow-2.11", "airflow,airflow-3"})
    void an_engine_leaves_the_rows_of_a_local_run(String engine, String environment) throws Exception {
        run(
                0,
                "flights",
                "--engine",
                engine,
                "--venv",
                environments.resolve(environment).toString());

        assertSameRows("flights", engine);
    }

    @ParameterizedTest(name = "{1} retries, gives up and stops what is downstream")
    @CsvSource({"luigi,luigi-3", "prefect,prefect-3", "airflow,airflow-2.11", "airflow,airflow-3"})
    void an_engine_retries_and_fails_like_a_local_run(String engine, String environment) throws Exception {
        run(
                1,
                withRetries(
                        "--engine",
                        engine,
                        "--venv",
                        environments.resolve(environment).toString()));

        assertSameRows("retries", engine);
        assertThat(Rows.of(
                        postgres.dataSource(),
                        "retries",
                        engine,
                        "select task_id, state, attempt from etl.pipeline_tasks" + " where run_id = ? order by 1"))
                .containsExactly("echo|SUCCEEDED|1", "flaky|SUCCEEDED|3", "sum|UPSTREAM_FAILED|0", "unsteady|FAILED|3");
    }

    @ParameterizedTest(name = "{1} goes on when a task skips itself")
    @CsvSource({"luigi,luigi-3", "prefect,prefect-3", "airflow,airflow-2.11", "airflow,airflow-3"})
    void an_engine_ends_well_when_a_task_skips_itself(String engine, String environment) throws Exception {
        String venv = environments.resolve(environment).toString();
        run(0, "retries", "-p", "failures=0", "--engine", engine, "--venv", venv);

        assertThat(Rows.of(
                        postgres.dataSource(),
                        "retries",
                        engine,
                        "select task_id, state, attempt from etl.pipeline_tasks where run_id = ? order by 1"))
                .containsExactly("echo|SUCCEEDED|1", "flaky|SUCCEEDED|3", "sum|SKIPPED|0", "unsteady|SKIPPED|1");
        assertThat(text(folder.resolve("run.log"))).doesNotContainPattern("etl-[0-9a-f-]+: FAILED");
    }

    private static String[] withRetries(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "retries",
                "-p",
                "failures=9",
                "-p",
                "note=" + ODD_TEXT,
                "-p",
                "labels=a,b c,\u05D0",
                "-p",
                "window={\"from\": \"2001-01-01\", \"to\": \"2001-01-02\", \"share\": 1e-7}",
                "-p",
                "token=env:HOME"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private void assertSameRows(String pipeline, String engine) throws Exception {
        for (String query : Rows.COMPARED) {
            List<String> local = Rows.of(postgres.dataSource(), pipeline, "local", query);
            assertThat(Rows.of(postgres.dataSource(), pipeline, engine, query))
                    .as(() -> pipeline + " on " + engine + ": " + query + "\n" + text(folder.resolve("run.log")))
                    .isEqualTo(local);
        }
        assertThat(Rows.of(postgres.dataSource(), pipeline, "local", Rows.COMPARED.get(1)))
                .isNotEmpty();
    }

    private void run(int expected, String... arguments) throws Exception {
        Path target = ROOT.resolve("etl-examples/target");
        Path jar;
        try (Stream<Path> files = Files.list(target)) {
            jar = files.filter(file -> file.getFileName().toString().matches("etl-examples-.*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                jar + File.pathSeparator + target.resolve("lib") + File.separator + "*",
                Main.class.getName(),
                "run"));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("run.log");
        int code = process(
                command,
                log,
                Map.of("DATABASE_URL", postgres.databaseUrl(), "ETL_HOME", home.toString(), "METRICS_PORT", "0"));
        assertThat(code).as(() -> String.join(" ", command) + "\n" + text(log)).isEqualTo(expected);
    }

    private static int process(List<String> command, Path log, Map<String, String> environment) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return builder.start().waitFor();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
