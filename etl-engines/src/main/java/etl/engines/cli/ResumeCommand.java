package etl.engines.cli;

import etl.core.RunId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Continues a run. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = "Continue a run that failed, was cancelled or was interrupted; what succeeded is not repeated.")
final class ResumeCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Parameters(paramLabel = "RUN", description = "The run's id, as the command 'runs' shows it.")
    private String run = "";

    @Override
    public Integer call() throws InterruptedException {
        RunId id = RunId.parse(run);
        return new LocalRun(cli).execute(etl -> etl.resume(id, cli.pipelineOf(etl, id)), false);
    }
}
