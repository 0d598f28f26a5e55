package etl.engines.airflow;

import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.TaskView;
import etl.engines.Graph;
import etl.engines.MappingReport;
import etl.engines.MappingReport.Fidelity;
import etl.engines.MappingReport.Mapping;
import etl.engines.PythonLiteral;
import etl.engines.PythonParameter;
import etl.engines.PythonParts;
import etl.engines.RetryPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The DAG file of one pipeline. */
final class AirflowDag {
    private static final String OWN_RETRIES = "etl_attempts=3, etl_delays=(1.0, 5.0), retries=0";

    private final Pipeline pipeline;
    private final String mainClass;
    private final Graph graph;

    AirflowDag(Pipeline pipeline, String mainClass) {
        this.pipeline = pipeline;
        this.mainClass = mainClass;
        this.graph = new Graph(pipeline, Set.of("begin_run", "finish_run"));
    }

    String source() {
        StringBuilder source = new StringBuilder();
        source.append("# Pipeline ")
                .append(PythonLiteral.of(pipeline.name()))
                .append(" for Apache Airflow 2.11 and 3. Generated; do not edit.\n");
        source.append(PythonParts.read("airflow/head.py")).append('\n');
        source.append(PythonParts.constants(pipeline.name(), pipeline.fingerprint(), mainClass))
                .append("PARAMETERS = ")
                .append(PythonLiteral.of(
                        pipeline.parameters().stream().map(Parameter::name).toList()))
                .append("\n\n");
        source.append(PythonParts.read("jvm.py")).append("\n\n");
        source.append(PythonParts.read("airflow/operator.py")).append("\n\n");
        appendDag(source);
        return source.toString();
    }

    private void appendDag(StringBuilder source) {
        source.append("with DAG(\n    dag_id=PIPELINE,\n    description=")
                .append(PythonLiteral.of(pipeline.description()))
                .append(",\n    schedule=None,\n    start_date=datetime(2000, 1, 1, tzinfo=timezone.utc),\n")
                .append("    catchup=False,\n");
        pipeline.parallelism()
                .ifPresent(limit ->
                        source.append("    max_active_tasks=").append(limit).append(",\n"));
        source.append("    params={\n");
        pipeline.parameters().forEach(parameter -> appendParameter(source, new PythonParameter(parameter)));
        source.append("    },\n) as dag:\n");
        source.append("    begin_run = EtlTask(task_id=\"begin_run\", etl_verb=\"begin-run\", " + OWN_RETRIES + ")\n");
        graph.tasks().forEach(task -> appendTask(source, task));
        source.append(
                "    finish_run = EtlTask(task_id=\"finish_run\", etl_verb=\"finish-run\", " + OWN_RETRIES + ")\n\n");
        for (TaskView task : graph.tasks()) {
            List<String> upstream = task.upstream().isEmpty() ? List.of("begin_run") : graph.upstream(task);
            source.append("    ")
                    .append(Graph.oneOrList(upstream))
                    .append(" >> ")
                    .append(graph.name(task.id()))
                    .append('\n');
        }
        appendFinish(source);
    }

    /**
     * The end follows every task and not the last ones alone: those are already "upstream failed" while a sibling of the
     * failed task still waits for its next attempt.
     */
    private void appendFinish(StringBuilder source) {
        source.append("    ")
                .append(Graph.oneOrList(graph.names()))
                .append(" >> finish_run.as_teardown(setups=begin_run)\n");
    }

    private static void appendParameter(StringBuilder source, PythonParameter parameter) {
        source.append("        ")
                .append(PythonLiteral.of(parameter.parameter().name()))
                .append(": Param(")
                .append(parameter.defaultLiteral());
        parameter
                .schemaLiterals()
                .forEach((keyword, literal) ->
                        source.append(", ").append(keyword).append('=').append(literal));
        if (!parameter.parameter().description().isEmpty()) {
            source.append(", description=")
                    .append(PythonLiteral.of(parameter.parameter().description()));
        }
        source.append("),\n");
    }

    private void appendTask(StringBuilder source, TaskView task) {
        RetryPlan plan = RetryPlan.fixedOnly(task);
        List<String> options = new ArrayList<>();
        options.add("task_id=" + PythonLiteral.of(task.id()));
        options.add("etl_task=" + PythonLiteral.of(task.id()));
        if (!task.description().isEmpty()) {
            options.add("doc=" + PythonLiteral.of(task.description()));
        }
        if (plan.engineOwned()) {
            options.add("etl_engine_retries=True");
            options.add("retries=" + (plan.attempts() - 1));
            options.add("retry_delay=timedelta(seconds="
                    + RetryPlan.seconds(plan.delays().get(0)) + ")");
        } else {
            options.add("retries=0");
            if (plan.attempts() > 1) {
                options.add("etl_attempts=" + plan.attempts());
                options.add("etl_delays=" + plan.delaysLiteral());
            }
        }
        plan.timeout().ifPresent(limit -> options.add("etl_timeout=" + RetryPlan.seconds(limit)));
        plan.backstop()
                .ifPresent(
                        limit -> options.add("execution_timeout=timedelta(seconds=" + RetryPlan.seconds(limit) + ")"));
        source.append("    ")
                .append(graph.name(task.id()))
                .append(" = EtlTask(\n        ")
                .append(options.stream().collect(Collectors.joining(",\n        ")))
                .append(",\n    )\n");
    }

    MappingReport report() {
        List<Mapping> mappings = new ArrayList<>();
        mappings.add(new Mapping(pipeline.name(), "dependencies", Fidelity.EXACT, "a >> b"));
        mappings.add(new Mapping(
                pipeline.name(), "outputs", Fidelity.DELEGATED, "kept in pipeline_tasks; XCom holds a reference"));
        mappings.addAll(graph.mappings());
        mappings.addAll(PythonParameter.mappings(pipeline, "params, checked again by the JVM", true));
        if (pipeline.parallelism().isPresent()) {
            mappings.add(new Mapping(
                    pipeline.name(),
                    "parallelism",
                    Fidelity.APPROXIMATED,
                    "max_active_tasks, which counts the tasks of all active runs of the DAG together"));
        }
        graph.tasks()
                .forEach(task -> mappings.addAll(RetryPlan.fixedOnly(task).mappings(task, "retries, retry_delay")));
        return new MappingReport(pipeline.fingerprint(), mappings);
    }
}
