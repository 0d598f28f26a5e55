package etl.engines.cli;

import etl.core.Pipeline;
import etl.engines.Artifact;
import etl.engines.MappingReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Translates a pipeline for an engine. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Translate a pipeline for another engine, and say how each feature was translated.")
final class ExportCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Parameters(arity = "0..1", paramLabel = "PIPELINE", description = "The pipeline; default: the first one.")
    private String pipelineName = "";

    @Option(names = "--engine", required = true, paramLabel = "ENGINE", description = "airflow, prefect or luigi.")
    private String engine = "";

    @Option(names = "--out", paramLabel = "DIR", description = "Where to write; default: ./ENGINE-PIPELINE.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        Pipeline pipeline = cli.pipeline(pipelineName);
        Artifact artifact = Engines.find(engine).export(pipeline, cli.host().mainClass());
        Path folder = out == null ? Path.of(engine + "-" + pipeline.name()) : out;
        artifact.writeTo(folder);
        artifact.files().keySet().forEach(file -> cli.out().println(folder.resolve(file)));
        for (MappingReport.Mapping mapping : artifact.report().mappings()) {
            cli.out()
                    .println(mapping.where() + ", " + mapping.feature() + ": " + mapping.fidelity() + ", "
                            + mapping.how());
        }
        cli.out().flush();
        return 0;
    }
}
