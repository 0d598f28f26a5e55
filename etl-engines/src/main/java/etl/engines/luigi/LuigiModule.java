package etl.engines.luigi;

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
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The Python module of one pipeline. */
final class LuigiModule {
    private static final int WORKERS = 4;

    private final Pipeline pipeline;
    private final String mainClass;
    private final Graph graph;

    LuigiModule(Pipeline pipeline, String mainClass) {
        this.pipeline = pipeline;
        this.mainClass = mainClass;
        this.graph = new Graph(pipeline, Set.of("finish_run"));
    }

    String source() {
        StringBuilder source = new StringBuilder();
        source.append("# Pipeline ")
                .append(PythonLiteral.of(pipeline.name()))
                .append(" for Luigi 3. Generated; do not edit.\n");
        source.append(PythonParts.read("luigi/head.py")).append('\n');
        source.append(PythonParts.constants(pipeline.name(), pipeline.fingerprint(), mainClass))
                .append("\n\n");
        source.append(PythonParts.read("jvm.py")).append("\n\n");
        source.append(PythonParts.read("luigi/tasks.py")).append("\n\n");
        graph.tasks().forEach(task -> appendTask(source, task));
        source.append("LEAVES = ").append(tuple(graph.leaves())).append('\n');
        source.append("WORKERS = ")
                .append(pipeline.parallelism().orElse(WORKERS))
                .append('\n');
        source.append("PARAMETERS = ")
                .append(PythonLiteral.of(
                        pipeline.parameters().stream().map(Parameter::name).toList()))
                .append('\n');
        source.append("ARGUMENTS = {\n");
        pipeline.parameters()
                .forEach(parameter -> source.append("    ")
                        .append(PythonLiteral.of(parameter.name()))
                        .append(": ")
                        .append(new PythonParameter(parameter).defaultLiteral())
                        .append(",\n"));
        source.append("}\n\n\n").append(PythonParts.read("luigi/main.py"));
        return source.toString();
    }

    private static String className(String variable) {
        return variable.toUpperCase(Locale.ROOT);
    }

    private static String tuple(List<String> variables) {
        return variables.stream().map(LuigiModule::className).collect(Collectors.joining(", ", "(", ",)"));
    }

    private void appendTask(StringBuilder source, TaskView task) {
        RetryPlan plan = RetryPlan.byArtifact(task);
        source.append("class ").append(className(graph.name(task.id()))).append("(EtlTask):\n");
        if (!task.description().isEmpty()) {
            source.append("    ").append(PythonLiteral.of(task.description())).append("\n\n");
        }
        source.append("    task = luigi.Parameter(default=")
                .append(PythonLiteral.of(task.id()))
                .append(")\n");
        if (!task.upstream().isEmpty()) {
            source.append("    upstream = ").append(tuple(graph.upstream(task))).append('\n');
        }
        if (plan.attempts() > 1) {
            source.append("    attempts = ").append(plan.attempts()).append('\n');
            source.append("    delays = ").append(plan.delaysLiteral()).append('\n');
        }
        plan.timeout()
                .ifPresent(limit -> source.append("    timeout = ")
                        .append(RetryPlan.seconds(limit))
                        .append('\n'));
        source.append("\n\n");
    }

    MappingReport report() {
        List<Mapping> mappings = new ArrayList<>();
        mappings.add(new Mapping(pipeline.name(), "dependencies", Fidelity.EXACT, "requires()"));
        mappings.add(new Mapping(
                pipeline.name(),
                "outputs",
                Fidelity.DELEGATED,
                "kept in pipeline_tasks; the target file of a task holds a reference"));
        mappings.addAll(graph.mappings());
        mappings.addAll(PythonParameter.mappings(pipeline, "--arguments, checked by the JVM", false));
        mappings.add(new Mapping(
                pipeline.name(),
                "parallelism",
                pipeline.parallelism().isPresent() ? Fidelity.EXACT : Fidelity.APPROXIMATED,
                "workers=" + pipeline.parallelism().orElse(WORKERS)));
        graph.tasks().forEach(task -> mappings.addAll(RetryPlan.byArtifact(task).mappings(task, "")));
        return new MappingReport(pipeline.fingerprint(), mappings);
    }
}
