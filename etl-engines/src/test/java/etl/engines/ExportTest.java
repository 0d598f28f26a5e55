package etl.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Cache;
import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.Schedule;
import etl.core.Secret;
import etl.core.TaskRef;
import etl.core.TriggerRule;
import etl.engines.MappingReport.Fidelity;
import etl.engines.airflow.AirflowEngine;
import etl.engines.luigi.LuigiEngine;
import etl.engines.prefect.PrefectEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;

class ExportTest {
    private static final String HOSTILE = "\"\"\" ' \\ \n\r {{ x }} %s ${x} $(touch /tmp/x) \uD83D\uDE00 \u05D0.md";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    @TempDir
    Path folder;

    private enum Size {
        SMALL,
        LARGE
    }

    private record Range(LocalDate from, double share, List<String> notes, Secret key) {}

    static Stream<Engine> engines() {
        return Stream.of(new AirflowEngine(), new PrefectEngine(), new LuigiEngine());
    }

    private static Pipeline hostile() {
        PipelineBuilder builder =
                Pipeline.named("2-orders").describedAs(HOSTILE).parallelism(3);
        builder.parameter("day", LocalDate.class).required();
        builder.parameter("size", Size.class).describedAs(HOSTILE).optional(Size.LARGE);
        builder.parameter("count", Long.class).optional(-5L);
        builder.parameter("ratio", Double.class).optional(Double.NaN);
        builder.parameter("full", Boolean.class).optional(true);
        builder.parameter("note", String.class).optional(HOSTILE);
        builder.parameter("notes", new GenericType<List<String>>() {})
                .notEmpty()
                .optional(List.of(HOSTILE, ""));
        builder.parameter("range", Range.class)
                .optional(new Range(LocalDate.EPOCH, Double.NaN, List.of(HOSTILE), Secret.env("RANGE_KEY")));
        builder.parameter("ranges", new GenericType<List<Range>>() {}).required();
        builder.parameter("top", Integer.class)
                .atLeast(1)
                .atMost(9)
                .oneOf(1, 3, 9)
                .required();
        builder.parameter("code", String.class).matching("[A-Z]{3}").notEmpty().optional("EUR");
        builder.parameter("odd", String.class)
                .matching("(?i)\\p{L}+")
                .check(HOSTILE, text -> true)
                .optional("x");
        builder.parameter("password", Secret.class).required();
        TaskRef<String> a = builder.task("a", String.class)
                .describedAs(HOSTILE)
                .retry(RetryPolicy.attempts(3).fixed(Duration.ofMillis(1500)))
                .run(ctx -> "");
        TaskRef<String> b = builder.task("b", String.class)
                .retry(RetryPolicy.attempts(4).exponential(Duration.ofSeconds(1), Duration.ofSeconds(3)))
                .timeout(Duration.ofMinutes(1))
                .from(a)
                .run((ctx, x) -> x);
        builder.task("b-2").retry(RetryPolicy.attempts(2).jitter(0.5)).after(a).run(ctx -> {});
        builder.task("b_2").after(a, b).run(ctx -> {});
        return builder.build();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void python_compiles_what_is_generated(Engine engine) throws Exception {
        engine.export(hostile(), "com.example.Main").writeTo(folder);

        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".py")).toList()) {
                Python.run(
                        "",
                        "-W",
                        "error",
                        "-c",
                        "import ast, sys; ast.parse(open(sys.argv[1]).read())",
                        file.toString());
                assertThat(Files.readString(file)).isASCII();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void a_cache_is_kept_by_the_jvm_of_the_task(Engine engine) {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("cached").cache(Cache.version("7")).run(ctx -> {});
        builder.task("plain").run(ctx -> {});

        assertThat(engine.export(builder.build(), "com.example.Main").report().mappings())
                .filteredOn(mapping -> mapping.feature().equals("cache"))
                .singleElement()
                .satisfies(mapping -> assertThat(mapping)
                        .returns("cached", MappingReport.Mapping::where)
                        .returns(MappingReport.Fidelity.DELEGATED, MappingReport.Mapping::fidelity)
                        .satisfies(delegated -> assertThat(delegated.how()).contains("version 7")));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void the_same_pipeline_gives_the_same_bytes(Engine engine) {
        assertThat(engine.export(hostile(), "com.example.Main").files())
                .isEqualTo(engine.export(hostile(), "com.example.Main").files());
    }

    @ParameterizedTest
    @MethodSource("engines")
    void every_task_has_one_retry_owner_and_a_line_in_the_report(Engine engine) {
        Artifact artifact = engine.export(hostile(), "com.example.Main");

        assertThat(artifact.report().mappings())
                .filteredOn(mapping -> mapping.feature().equals("retry"))
                .extracting(MappingReport.Mapping::where)
                .containsExactly("a", "b", "b-2");
        assertThat(artifact.files()).containsKey("etl-artifact.json");
    }

    @Test
    void the_defaults_of_every_type_are_what_python_reads() throws Exception {
        String module =
                new LuigiEngine().export(hostile(), "com.example.Main").files().get("2-orders_luigi.py");
        String arguments = module.substring(module.indexOf("ARGUMENTS = {"), module.indexOf("\n}\n") + 3);

        String json = Python.run(arguments + "import json; print(json.dumps(ARGUMENTS))", "-");

        assertThat(MAPPER.readTree(json)).isEqualTo(MAPPER.readTree("""
                        {"day": null, "size": "LARGE", "count": -5, "ratio": NaN, "full": true, "note": %1$s,
                         "notes": [%1$s, ""],
                         "range": {"from": "1970-01-01", "share": "NaN", "notes": [%1$s], "key": "env:RANGE_KEY"},
                         "ranges": null, "top": null, "code": "EUR", "odd": "x", "password": null}
                        """.formatted(MAPPER.writeValueAsString(HOSTILE))));
    }

    @Test
    void airflow_is_told_the_schema_of_every_parameter() {
        String dag = new AirflowEngine()
                .export(hostile(), "com.example.Main")
                .files()
                .get("dags/2-orders.py");

        assertThat(dag.lines().map(String::strip))
                .contains(
                        "\"day\": Param(None, type=[\"null\", \"string\"], format=\"date\"),",
                        "\"top\": Param(None, type=[\"null\", \"integer\"], minimum=1, maximum=9, enum=[1, 3, 9, None]),",
                        "\"code\": Param(\"EUR\", type=\"string\", pattern=\"^(?:[A-Z]{3})$\", minLength=1),",
                        "\"odd\": Param(\"x\", type=\"string\"),",
                        "\"password\": Param(None, type=[\"null\", \"string\"],"
                                + " pattern=\"^env:[A-Za-z_][A-Za-z0-9_]*$\"),")
                .anySatisfy(line -> assertThat(line)
                        .startsWith("\"ranges\": Param(None, type=[\"null\", \"array\"], items={\"type\": \"object\","
                                + " \"properties\": {\"from\": {\"type\": \"string\", \"format\": \"date\"}, ")
                        .endsWith("\"required\": [\"from\", \"share\", \"notes\", \"key\"], \"additionalProperties\":"
                                + " False}),"));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void an_artifact_holds_no_secret_but_its_reference(Engine engine) {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.parameter("password", Secret.class).optional(Secret.env("PATH"));
        builder.task("a").run(ctx -> {});
        String clear = Secret.env("PATH").reveal();

        Artifact artifact = engine.export(builder.build(), "com.example.Main");

        assertThat(String.join("", artifact.files().values()))
                .contains("env:PATH")
                .doesNotContain(clear);
        assertThat(artifact.report().mappings())
                .anySatisfy(mapping -> assertThat(mapping)
                        .returns("parameter password, secret", MappingReport.Mapping::feature)
                        .returns(Fidelity.DELEGATED, MappingReport.Mapping::fidelity));
    }

    @Test
    void a_constraint_that_the_engine_is_not_told_is_delegated() {
        assertThat(constraints(new AirflowEngine()))
                .containsExactly(Fidelity.EXACT, Fidelity.EXACT, Fidelity.EXACT, Fidelity.DELEGATED);
        assertThat(constraints(new PrefectEngine()))
                .containsOnly(Fidelity.DELEGATED)
                .hasSize(4);
    }

    private static Stream<Fidelity> constraints(Engine engine) {
        return engine.export(hostile(), "com.example.Main").report().mappings().stream()
                .filter(mapping -> mapping.feature().endsWith(", constraints"))
                .map(MappingReport.Mapping::fidelity);
    }

    @Test
    void arguments_reach_an_engine_as_typed_json() {
        String json = PythonParameter.json(
                hostile(),
                Map.of(
                        "count", "7",
                        "note", "7",
                        "notes", "a, b",
                        "ranges", "[{\"key\":\"env:K\",\"notes\":[],\"share\":1,\"from\":\"2001-01-01\"}]",
                        "password", "env:DB_PASSWORD"));

        assertThat(MAPPER.readTree(json)).isEqualTo(MAPPER.readTree("""
                {"count": 7, "note": "7", "notes": ["a", "b"], "password": "env:DB_PASSWORD",
                 "ranges": [{"from": "2001-01-01", "share": 1.0, "notes": [], "key": "env:K"}]}
                """));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void groups_are_left_out_and_included_tasks_are_exported_and_the_report_says_so(Engine engine) {
        PipelineBuilder part = Pipeline.named("part");
        Parameter<Integer> size = part.parameter("size", Integer.class).required();
        Parameter<Secret> key = part.parameter("key", Secret.class).required();
        TaskRef<Integer> first = part.task("first", Integer.class).run(ctx -> ctx.get(size));
        part.task("second").group("deep").from(first).run((ctx, value) -> {});
        PipelineBuilder orders = Pipeline.named("orders");
        TaskRef<Integer> load = orders.task("load", Integer.class).run(ctx -> 1);
        orders.include("in", part.build()).with(size, load).with(key, Secret.env("PART_KEY"));

        Artifact artifact = engine.export(orders.build(), "com.example.Main");

        assertThat(artifact.report().mappings())
                .contains(
                        new MappingReport.Mapping(
                                "orders",
                                "groups",
                                Fidelity.APPROXIMATED,
                                "names only, which the artifact leaves out: in, in/deep"),
                        new MappingReport.Mapping(
                                "orders",
                                "inclusion in",
                                Fidelity.EXACT,
                                "each task of pipeline part is a task of the artifact"))
                .anyMatch(mapping -> mapping.feature().equals("inclusion in, arguments")
                        && mapping.fidelity() == Fidelity.DELEGATED);
        assertThat(artifact.files().toString())
                .contains("\"in--first\"")
                .contains("\"in--second\"")
                .doesNotContain("PART_KEY");
    }

    static Stream<Consumer<PipelineBuilder>> notExportedYet() {
        return Stream.of(
                builder -> {
                    PipelineBuilder part = Pipeline.named("part");
                    part.task("t").run(ctx -> {});
                    builder.task("t").after(builder.include("in", part.build())).run(ctx -> {});
                },
                builder -> builder.task("t").triggerRule(TriggerRule.ALL_DONE).run(ctx -> {}),
                builder -> builder.task("t").runsFinally().run(ctx -> {}),
                builder -> builder.task("t", String.class).mapOver(List.of("a")).run((ctx, element) -> element),
                builder -> builder.task("t").pool("db").run(ctx -> {}),
                builder -> builder.task("t").priority(3).run(ctx -> {}),
                builder -> builder.task("t").onSuccess(event -> {}).run(ctx -> {}),
                builder -> builder.sla(Duration.ofHours(1)).task("t").run(ctx -> {}),
                builder -> builder.schedule(Schedule.manual()).task("t").run(ctx -> {}),
                builder -> builder.deadline(Duration.ofHours(1)).task("t").run(ctx -> {}));
    }

    @ParameterizedTest
    @MethodSource("notExportedYet")
    void what_no_artifact_keeps_is_refused_and_never_dropped_in_silence(Consumer<PipelineBuilder> declaration) {
        PipelineBuilder builder = Pipeline.named("orders");
        declaration.accept(builder);
        Pipeline pipeline = builder.build();

        assertThat(engines())
                .allSatisfy(engine -> assertThatThrownBy(() -> engine.export(pipeline, "com.example.Main"))
                        .isInstanceOf(ExportRefusedException.class)
                        .hasMessageContaining("cannot be exported yet"));
    }

    @Test
    void airflow_ends_the_run_after_every_task_and_not_after_the_last_ones_alone() {
        Artifact artifact = new AirflowEngine().export(hostile(), "com.example.Main");

        assertThat(artifact.files().get("dags/2-orders.py"))
                .contains("    [t_0001, t_0002, t_0003, t_0004] >> finish_run.as_teardown(setups=begin_run)");
    }

    @Test
    void an_engine_retries_only_what_it_can_do_exactly() {
        assertThat(retries(new AirflowEngine()))
                .containsExactly(Fidelity.EXACT, Fidelity.DELEGATED, Fidelity.DELEGATED);
        assertThat(retries(new PrefectEngine())).containsExactly(Fidelity.EXACT, Fidelity.EXACT, Fidelity.DELEGATED);
        assertThat(retries(new LuigiEngine()))
                .containsExactly(Fidelity.DELEGATED, Fidelity.DELEGATED, Fidelity.DELEGATED);
    }

    private static Stream<Fidelity> retries(Engine engine) {
        return engine.export(hostile(), "com.example.Main").report().mappings().stream()
                .filter(mapping -> mapping.feature().equals("retry"))
                .map(MappingReport.Mapping::fidelity);
    }

    @Test
    void a_task_id_that_the_artifact_needs_itself_is_refused() {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("finish_run").run(ctx -> {});

        assertThatThrownBy(() -> new AirflowEngine().export(builder.build(), "com.example.Main"))
                .isInstanceOf(ExportRefusedException.class)
                .hasMessageContaining("'finish_run'")
                .hasMessageContaining("rename the task");
    }

    @Test
    void a_parameter_that_is_no_python_name_is_refused_for_prefect() {
        for (String name : new String[] {
            "min-distance", "class", "2nd", "run_id", "self", "wait_for", "return_state", "model_config", "_limit"
        }) {
            PipelineBuilder builder = Pipeline.named("orders");
            builder.parameter(name, String.class).optional("");
            builder.task("a").run(ctx -> {});

            assertThatThrownBy(() -> new PrefectEngine().export(builder.build(), "com.example.Main"))
                    .hasMessageContaining("'" + name + "'")
                    .hasMessageContaining("rename the parameter");
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void a_task_whose_output_another_run_may_be_computing_has_twice_its_timeout(Engine engine) {
        PipelineBuilder builder = Pipeline.named("orders");
        builder.task("cached")
                .cache(Cache.version("7"))
                .timeout(Duration.ofSeconds(700))
                .run(ctx -> {});
        builder.task("plain").timeout(Duration.ofMinutes(10)).run(ctx -> {});

        Artifact artifact = engine.export(builder.build(), "com.example.Main");

        assertThat(String.join("", artifact.files().values()))
                .containsPattern("timeout ?= ?1400[.]0")
                .containsPattern("timeout ?= ?600[.]0");
        assertThat(artifact.report().mappings())
                .filteredOn(mapping -> mapping.feature().equals("timeout"))
                .extracting(MappingReport.Mapping::how)
                .satisfiesExactly(
                        cached -> assertThat(cached).contains("PT11M40S per attempt"),
                        plain -> assertThat(plain).contains("PT10M per attempt"));
    }

    @Test
    void the_working_directory_is_a_folder_as_any_other() throws Exception {
        Artifact artifact = new LuigiEngine().export(hostile(), "com.example.Main");
        Path here = Path.of("").toAbsolutePath().relativize(folder.toRealPath());

        artifact.writeTo(Path.of("."));
        Path written = Path.of("2-orders_luigi.py");
        try {
            assertThat(written).exists();
            artifact.writeTo(here);
            assertThat(folder.resolve("2-orders_luigi.py")).hasSameTextualContentAs(written);
        } finally {
            Files.deleteIfExists(written);
            Files.deleteIfExists(Path.of("etl-artifact.json"));
        }
    }

    @Test
    void a_folder_that_cannot_be_written_is_named() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() ->
                        new LuigiEngine().export(hostile(), "com.example.Main").writeTo(file))
                .isInstanceOf(ExportRefusedException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("--out");
    }

    @Test
    void the_engines_are_found_by_the_service_loader() {
        assertThat(ServiceLoader.load(Engine.class).stream()
                        .map(engine -> engine.get().name()))
                .containsExactlyInAnyOrder("airflow", "prefect", "luigi");
    }
}
