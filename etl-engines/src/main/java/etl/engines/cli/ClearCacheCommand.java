package etl.engines.cli;

import etl.core.Etl;
import etl.core.Pipeline;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Forgets cached outputs. */
@Command(
        name = "clear-cache",
        mixinStandardHelpOptions = true,
        description = "Forget the cached outputs of a pipeline's tasks.")
final class ClearCacheCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Parameters(paramLabel = "PIPELINE", description = "The pipeline.")
    private String pipelineName = "";

    @Option(
            names = "--older-than",
            converter = Age.class,
            paramLabel = "AGE",
            description = "Only those that were computed so long ago, for example 30d, 6h or PT6H; default: all.")
    private Duration olderThan = Duration.ZERO;

    @Override
    public Integer call() {
        Pipeline pipeline = cli.pipeline(pipelineName);
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
            long removed = etl.store().outputCache().remove(pipeline.name(), olderThan);
            cli.out()
                    .println(removed + (removed == 1 ? " output" : " outputs") + " of pipeline " + pipeline.name()
                            + " forgotten");
            cli.out().flush();
            return 0;
        }
    }
}
