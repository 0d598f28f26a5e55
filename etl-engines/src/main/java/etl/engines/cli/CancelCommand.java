package etl.engines.cli;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Cancels a run of another process. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description =
                "Ask the process that executes a run to cancel it, and wait for its end. The process sees the request"
                        + " within two seconds; if it is gone, nothing happens: then end the run with --lost, or resume it.")
final class CancelCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Parameters(paramLabel = "RUN", description = "The run's id, as the command 'runs' shows it.")
    private String run = "";

    @Option(names = "--wait", paramLabel = "SECONDS", description = "How long to wait for the end; default: 30.")
    private int wait = 30;

    @Option(
            names = "--lost",
            description = "The process that executed the run is gone: end the run here. What it was executing becomes"
                    + " FAILED. Make sure that it is gone; nothing else does.")
    private boolean lost;

    @Override
    public Integer call() throws InterruptedException {
        RunId id = RunId.parse(run);
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
            Pipeline pipeline = cli.pipelineOf(etl, id);
            if (lost) {
                return ended(etl.control().endLost(id, pipeline));
            }
            RunHandle followed = etl.control().follow(id, pipeline);
            if (!etl.control().cancel(id)) {
                return tell("run " + id + " has ended already: it is "
                        + followed.await().state());
            }
            Optional<RunReport> report = followed.await(Duration.ofSeconds(Math.max(0, wait)));
            return report.isPresent()
                    ? ended(report.get())
                    : tell("run " + id + " has not ended within " + wait
                            + " s; the request stays. If its process is gone," + " end it with: "
                            + cli.host().command() + " cancel " + id + " --lost");
        }
    }

    private int ended(RunReport report) {
        RunTables.print(report, cli.out());
        cli.out().flush();
        return lost || report.state() == RunState.CANCELLED
                ? 0
                : tell("run " + report.id() + " ended before it could be cancelled: it is " + report.state());
    }

    private int tell(String error) {
        cli.err().println("error: " + error);
        cli.err().flush();
        return EtlCli.FAILED;
    }
}
