package etl.engines.cli;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Cache;
import etl.core.GenericType;
import etl.core.InMemoryStateStore;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.Secret;
import etl.engines.TaskContract;
import etl.engines.cli.Application.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtlCliTest {
    @TempDir
    Path folder;

    private final InMemoryStateStore store = InMemoryStateStore.create();

    private record Window(int size, String name) {}

    private final class Host extends Application {
        Host() {
            super(store);
        }

        @Override
        public List<Pipeline> pipelines() {
            PipelineBuilder builder = Pipeline.named("orders");
            var fail = builder.parameter("fail", Boolean.class).optional(false);
            var days = builder.parameter("days", new GenericType<List<LocalDate>>() {})
                    .describedAs("the days to load")
                    .notEmpty()
                    .optional(List.of(LocalDate.EPOCH));
            var window = builder.parameter("window", Window.class).optional(new Window(1, "a"));
            var password = builder.parameter("password", Secret.class).optional(Secret.env("PATH"));
            builder.parameter("share", Double.class).optional(0.5);
            builder.task("load").run(ctx -> {
                ctx.rowsWritten(ctx.get(days).size());
                ctx.rowsRejected(ctx.get(window).size());
                ctx.progress(ctx.get(password).reveal().length(), -1);
                if (ctx.get(fail)) {
                    throw new IllegalStateException("first line\nsecond line");
                }
                ctx.rowsRead(7);
            });
            PipelineBuilder cached = Pipeline.named("cached");
            cached.task("total", Integer.class).cache(Cache.version("1")).run(ctx -> 1);
            return List.of(builder.build(), cached.build());
        }

        @Override
        public Path workFolder() {
            return folder;
        }
    }

    private Result execute(String... arguments) {
        return new Host().execute(arguments);
    }

    @Test
    void no_arguments_run_the_first_pipeline() {
        Result result = execute();

        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("load: SUCCEEDED")
                .contains("rows read 7")
                .contains("SUCCEEDED after");
    }

    @Test
    void a_task_whose_output_was_reused_says_so() {
        assertThat(execute("run", "cached").out())
                .contains("total: SUCCEEDED in")
                .doesNotContain("(cached)");
        String first = store.recent(1).get(0).definition().id().toString();

        Result second = execute("run", "cached");
        String run = store.recent(1).get(0).definition().id().toString();

        assertThat(second.out())
                .contains("total: SUCCEEDED (cached)")
                .containsPattern("total +SUCCEEDED \\(cached\\) +0");
        assertThat(execute("show", run).out())
                .containsPattern("total +SUCCEEDED \\(cached\\) +- ")
                .contains("total: its output was computed by run " + first);
        assertThat(execute("run", "cached", "--refresh-cache").out()).doesNotContain("(cached)");
        String refreshed = store.recent(1).get(0).definition().id().toString();
        assertThat(execute("show", refreshed).out()).containsPattern("cache +refreshed");
        assertThat(execute("run", "cached", "--refresh-cache", "--dry-run"))
                .returns(2, Result::code)
                .satisfies(refused -> assertThat(refused.err()).contains("leave it out with --dry-run"));

        assertThat(execute("clear-cache", "cached", "--older-than", "P1D").out())
                .contains("0 outputs");
        assertThat(execute("clear-cache", "cached").out()).contains("1 output of pipeline cached forgotten");
        assertThat(execute("run", "cached").out()).doesNotContain("(cached)");
    }

    @Test
    void the_version_names_the_library_and_the_jvm() {
        Result result = execute("--version");

        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("etl-engines ").contains("Java " + Runtime.version());
    }

    @Test
    void a_failed_run_is_one_line_and_can_be_found_and_resumed() {
        Result failed = execute("run", "-p", "fail=true");
        String run = store.recent(1).get(0).definition().id().toString();

        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err().lines().toList())
                .containsExactly(
                        "error: run " + run + " FAILED: java.lang.IllegalStateException: first line | second line",
                        "when the cause is mended, go on with: orders resume " + run);
        assertThat(execute("runs").out()).contains(run).contains("FAILED");
        assertThat(execute("show", run).out()).contains("load, attempt 1").contains("first line");
        assertThat(execute("resume", run).code()).isEqualTo(1);
    }

    @Test
    void bad_input_is_one_line_that_says_the_way_out() {
        assertThat(execute("run", "nothing"))
                .returns(1, Result::code)
                .satisfies(result -> assertThat(result.err())
                        .isEqualTo("error: there is no pipeline 'nothing'; known: orders, cached\n"));
        assertThat(execute("run", "-p", "x=1").err())
                .contains("unknown parameter 'x'; known: fail, days, window, password, share");
        assertThat(execute("run", "-p", "fail=maybe").err()).contains("must be true or false, was 'maybe'");
        assertThat(execute("run", "--engine", "dagster").err()).contains("known: local, airflow");
        assertThat(execute("show", "abc").err()).contains("'abc' is not a run id");
        assertThat(execute("resume", "0f8fad5b-d9cb-469f-a165-70867728950e").err())
                .contains("is unknown");
        assertThat(execute("frobnicate").code()).isEqualTo(2);
        assertThat(execute("run", "--engine", "luigi", "--serve"))
                .returns(2, Result::code)
                .satisfies(result -> assertThat(result.err()).contains("leave it out with --engine"));
    }

    @Test
    void lists_are_given_in_short_and_records_as_json() {
        Result result =
                execute("run", "-p", "days=2001-01-01,2001-01-02", "-p", "window={\"size\": 5, \"name\": \"a=b, c\"}");

        assertThat(result.code()).isZero();
        assertThat(store.recent(1).get(0).definition().arguments())
                .containsEntry("days", "[\"2001-01-01\",\"2001-01-02\"]")
                .containsEntry("window", "{\"size\":5,\"name\":\"a=b, c\"}");
        assertThat(result.out()).containsPattern("load +SUCCEEDED +1 +\\S+( \\S+)? +7 +2 +5");
    }

    @Test
    void a_secret_in_clear_is_refused_and_not_shown_even_with_verbose() {
        Result result = execute("--verbose", "run", "-p", "password=hunter2", "-p", "days=x");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("'password' must be a reference to an environment variable such as env:DB_PASSWORD")
                .contains("'days[0]' must be a date");
        assertThat(result.out() + result.err()).doesNotContain("hunter2");
    }

    @Test
    void no_text_that_may_be_a_secret_is_shown() {
        for (String argument : new String[] {"password=hun\"ter2", "hunter2", "=hunter2", "password:hunter2"}) {
            Result result = execute("run", "-p", argument);

            assertThat(result.code()).isPositive();
            assertThat(result.out() + result.err()).doesNotContain("ter2");
        }
        assertThat(execute("run", "-p", "hunter2").err()).contains("-p takes NAME=VALUE");
    }

    @Test
    void a_secret_is_shown_as_its_reference() {
        execute("run", "-p", "password=env:PATH");
        String run = store.recent(1).get(0).definition().id().toString();

        assertThat(execute("show", run).out()).contains("password=env:PATH").doesNotContain(System.getenv("PATH"));
    }

    @Test
    void the_help_of_run_lists_the_parameters() {
        assertThat(execute("run", "orders", "--help").out().lines().map(String::strip))
                .containsSequence(
                        "Parameters of orders:",
                        "fail (default: false)",
                        "true or false",
                        "days (default: [\"1970-01-01\"])",
                        "the days to load",
                        "a list in JSON or as a,b,c, each element a date such as 2001-01-31; not empty");
        assertThat(execute("run", "--help").out()).contains("password (default: env:PATH)");
    }

    @Test
    void an_engine_that_is_not_installed_is_told_with_the_artifact_and_the_cure() {
        Result result = execute(
                "run", "--engine", "luigi", "--venv", folder.resolve("nothing").toString());

        assertThat(result.code()).isEqualTo(3);
        assertThat(result.err())
                .contains("luigi is not installed in")
                .contains("pip install luigi")
                .contains(folder.resolve("luigi/orders").toString());
        assertThat(folder.resolve("luigi/orders/orders_luigi.py")).exists();
    }

    @Test
    void an_export_names_its_files_and_its_mapping() {
        Result result = execute(
                "export", "--engine", "airflow", "--out", folder.resolve("a b").toString());

        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("orders.py").contains("orders, dependencies: EXACT");
    }

    @Test
    void a_step_answers_in_its_result_file() throws Exception {
        Path request = folder.resolve("request.json");
        Path answer = folder.resolve("result.json");
        String json = "{\"contract\":1,\"pipeline\":\"orders\",\"fingerprint\":\""
                + new Host().pipelines().get(0).fingerprint()
                + "\",\"engine\":\"luigi\",\"engineRunId\":\"r1\",\"attempt\":0,\"task\":\"load\",\"arguments\":{\"fail\":%s,\"days\":[\"2001-01-01\"],"
                + "\"window\":{\"name\":\"b\",\"size\":3},\"share\":NaN}}";

        Files.writeString(request, json.formatted("false"));
        assertThat(step("begin-run", request, answer)).isZero();
        assertThat(step("run-task", request, answer)).isZero();
        assertThat(Files.readString(answer)).contains("\"state\":\"SUCCEEDED\"");
        assertThat(store.recent(1).get(0).definition().arguments())
                .containsEntry("days", "[\"2001-01-01\"]")
                .containsEntry("window", "{\"size\":3,\"name\":\"b\"}")
                .containsEntry("share", "NaN");

        Files.writeString(
                request, json.formatted("false").replaceFirst("\"fingerprint\":\"[^\"]*\"", "\"fingerprint\":\"\""));
        assertThat(step("run-task", request, answer)).isEqualTo(TaskContract.FAILED);
        assertThat(Files.readString(answer)).contains("export the pipeline again");
    }

    private int step(String verb, Path request, Path answer) {
        return execute(
                        verb,
                        "--pipeline",
                        "orders",
                        "--task",
                        "load",
                        "--request",
                        request.toString(),
                        "--result",
                        answer.toString())
                .code();
    }
}
