package etl.engines.prefect;

import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.TaskView;
import etl.engines.ExportRefusedException;
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

/** The flow file of one pipeline. */
final class PrefectFlow {
    private static final int WORKERS = 4;

    /**
     * The keywords of Python 3.14 (The Python Language Reference, 2.3.1), the names that the flow itself uses, and those that
     * Prefect and its model of the parameters (Pydantic, which refuses a leading underscore, too) keep for themselves.
     */
    private static final Set<String> TAKEN_NAMES = Set.of(
            "False",
            "None",
            "True",
            "and",
            "as",
            "assert",
            "async",
            "await",
            "break",
            "class",
            "continue",
            "def",
            "del",
            "elif",
            "else",
            "except",
            "finally",
            "for",
            "from",
            "global",
            "if",
            "import",
            "in",
            "is",
            "lambda",
            "nonlocal",
            "not",
            "or",
            "pass",
            "raise",
            "return",
            "try",
            "while",
            "with",
            "yield",
            "arguments",
            "run_id",
            "request",
            "tasks",
            "finished",
            "unfinished",
            "run",
            "wait",
            "finish",
            "etl_task",
            "flow_run",
            "may_retry",
            "str",
            "list",
            "get_run_logger",
            "Failed",
            "Completed",
            "STOP",
            "PIPELINE",
            "FINGERPRINT",
            "self",
            "wait_for",
            "return_state",
            "model_config");

    private final Pipeline pipeline;
    private final String mainClass;
    private final Graph graph;

    PrefectFlow(Pipeline pipeline, String mainClass) {
        this.pipeline = pipeline;
        this.mainClass = mainClass;
        this.graph = new Graph(pipeline, Set.of());
        if (pipeline.name().length() > 200) {
            throw new ExportRefusedException("pipeline name '" + pipeline.name() + "' is too long for Prefect", null);
        }
        for (Parameter<?> parameter : pipeline.parameters()) {
            String name = parameter.name();
            if (!name.matches("[A-Za-z][A-Za-z0-9_]*") || TAKEN_NAMES.contains(name)) {
                throw new ExportRefusedException(
                        "parameter '" + name + "' cannot be exported to Prefect: a flow's parameters are Python names"
                                + " that begin with a letter, and this is none or is taken; rename the parameter",
                        null);
            }
        }
    }

    String source() {
        StringBuilder source = new StringBuilder();
        source.append("# Pipeline ")
                .append(PythonLiteral.of(pipeline.name()))
                .append(" for Prefect 3. Generated; do not edit.\n");
        source.append(PythonParts.read("prefect/head.py")).append('\n');
        source.append(PythonParts.constants(pipeline.name(), pipeline.fingerprint(), mainClass))
                .append("\n\n");
        source.append(PythonParts.read("jvm.py")).append("\n\n");
        source.append(PythonParts.read("prefect/tasks.py")).append("\n\n");
        appendFlow(source);
        source.append("\n\n").append(PythonParts.read("prefect/main.py"));
        return source.toString();
    }

    private void appendFlow(StringBuilder source) {
        source.append("@flow(\n    name=PIPELINE,\n    description=")
                .append(PythonLiteral.of(pipeline.description()))
                .append(",\n    task_runner=ThreadPoolTaskRunner(max_workers=")
                .append(pipeline.parallelism().orElse(WORKERS))
                .append("),\n    retries=0,\n    persist_result=False,\n    log_prints=False,\n)\ndef pipeline(\n");
        for (Parameter<?> parameter : pipeline.parameters()) {
            PythonParameter python = new PythonParameter(parameter);
            String type = parameter.isRequired() ? "Optional[" + python.pythonType() + "]" : python.pythonType();
            source.append("    ")
                    .append(parameter.name())
                    .append(": ")
                    .append(type)
                    .append(" = ")
                    .append(python.defaultLiteral())
                    .append(",\n");
        }
        String arguments = pipeline.parameters().stream()
                .map(parameter -> PythonLiteral.of(parameter.name()) + ": " + parameter.name())
                .collect(Collectors.joining(", ", "{", "}"));
        source.append("):\n    arguments = ").append(arguments).append('\n');
        source.append(PythonParts.read("prefect/flow_begin.py"));
        graph.tasks().forEach(task -> appendTask(source, task));
        source.append(PythonParts.read("prefect/flow_end.py"));
    }

    private void appendTask(StringBuilder source, TaskView task) {
        RetryPlan plan = RetryPlan.listed(task);
        List<String> options = new ArrayList<>();
        options.add("name=" + PythonLiteral.of(task.id()));
        if (!task.description().isEmpty()) {
            options.add("description=" + PythonLiteral.of(task.description()));
        }
        List<String> arguments = new ArrayList<>();
        arguments.add(PythonLiteral.of(task.id()));
        arguments.add("request");
        if (plan.engineOwned()) {
            options.add("retries=" + (plan.attempts() - 1));
            options.add("retry_delay_seconds=["
                    + plan.delays().stream().map(RetryPlan::seconds).collect(Collectors.joining(", ")) + "]");
            options.add("retry_condition_fn=may_retry");
            arguments.add("engine_retries=True");
        } else if (plan.attempts() > 1) {
            arguments.add("attempts=" + plan.attempts());
            arguments.add("delays=" + plan.delaysLiteral());
        }
        plan.timeout().ifPresent(limit -> arguments.add("timeout=" + RetryPlan.seconds(limit)));
        if (!task.upstream().isEmpty()) {
            arguments.add("wait_for=["
                    + task.upstream().stream()
                            .map(id -> "tasks[" + PythonLiteral.of(id) + "]")
                            .collect(Collectors.joining(", "))
                    + "]");
        }
        source.append("        tasks[")
                .append(PythonLiteral.of(task.id()))
                .append("] = etl_task.with_options(")
                .append(String.join(", ", options))
                .append(").submit(\n            ")
                .append(String.join(", ", arguments))
                .append("\n        )\n");
    }

    MappingReport report() {
        List<Mapping> mappings = new ArrayList<>();
        mappings.add(new Mapping(pipeline.name(), "dependencies", Fidelity.EXACT, "submit(wait_for=[...])"));
        mappings.add(new Mapping(
                pipeline.name(),
                "outputs",
                Fidelity.DELEGATED,
                "kept in pipeline_tasks; the task returns a reference"));
        mappings.addAll(graph.mappings());
        mappings.addAll(PythonParameter.mappings(pipeline, "arguments of the flow, checked again by the JVM", false));
        mappings.add(new Mapping(
                pipeline.name(),
                "parallelism",
                pipeline.parallelism().isPresent() ? Fidelity.EXACT : Fidelity.APPROXIMATED,
                "ThreadPoolTaskRunner(max_workers=" + pipeline.parallelism().orElse(WORKERS) + ")"));
        graph.tasks()
                .forEach(task -> mappings.addAll(
                        RetryPlan.listed(task).mappings(task, "retries, retry_delay_seconds, retry_condition_fn")));
        return new MappingReport(pipeline.fingerprint(), mappings);
    }
}
