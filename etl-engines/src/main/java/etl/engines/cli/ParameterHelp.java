package etl.engines.cli;

import etl.core.Parameter;
import etl.core.Pipeline;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.ParseResult;

/** What the help of the command run says of the parameters of pipelines. */
final class ParameterHelp {
    private final List<Pipeline> pipelines;

    ParameterHelp(List<Pipeline> pipelines) {
        this.pipelines = pipelines;
    }

    /** Of the pipeline that the command line names, or of all. */
    String text(Help help) {
        ParseResult parsed = help.commandSpec().commandLine().getParseResult();
        String named = parsed == null ? "" : parsed.matchedPositionalValue(0, "");
        boolean known = pipelines.stream().anyMatch(pipeline -> pipeline.name().equals(named));
        StringBuilder text = new StringBuilder();
        pipelines.stream()
                .filter(pipeline -> !known || pipeline.name().equals(named))
                .forEach(pipeline -> append(text, pipeline));
        return text.toString();
    }

    private static void append(StringBuilder text, Pipeline pipeline) {
        text.append(System.lineSeparator()).append("Parameters of ").append(pipeline.name());
        line(text, pipeline.parameters().isEmpty() ? ": none" : ":");
        for (Parameter<?> parameter : pipeline.parameters()) {
            line(
                    text,
                    "  " + parameter.name()
                            + parameter
                                    .defaultText()
                                    .map(value -> " (default: " + value.replaceAll("\\p{Cntrl}", "?") + ")")
                                    .orElse(" (required)"));
            if (!parameter.description().isEmpty()) {
                line(text, "      " + parameter.description());
            }
            String constraints = parameter.constraints().toString();
            line(text, "      " + parameter.type().expected() + (constraints.isEmpty() ? "" : "; " + constraints));
        }
    }

    private static void line(StringBuilder text, String content) {
        text.append(content).append(System.lineSeparator());
    }
}
