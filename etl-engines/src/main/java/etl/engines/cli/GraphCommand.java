package etl.engines.cli;

import etl.core.PipelineGraph;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Prints the graph of a pipeline; it needs no store. */
@Command(
        name = "graph",
        mixinStandardHelpOptions = true,
        description = "Print the graph of a pipeline: its tasks, their order and options.")
final class GraphCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Parameters(arity = "0..1", paramLabel = "PIPELINE", description = "The pipeline; default: the first one.")
    private String pipelineName = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "mermaid (for Markdown), dot (for Graphviz) or json (everything declared); default: mermaid.")
    private Format format = Format.MERMAID;

    /** The languages of a graph. */
    enum Format {
        MERMAID,
        DOT,
        JSON
    }

    @Override
    public Integer call() {
        PipelineGraph graph = PipelineGraph.of(cli.pipeline(pipelineName));
        String text = switch (format) {
            case MERMAID -> graph.toMermaid();
            case DOT -> graph.toDot();
            case JSON -> graph.toJson() + "\n";
        };
        cli.out().print(text);
        cli.out().flush();
        return 0;
    }
}
