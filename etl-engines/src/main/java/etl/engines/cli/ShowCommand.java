package etl.engines.cli;

import etl.core.Etl;
import etl.core.RunId;
import etl.core.spi.StoredRun;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows one run. */
@Command(name = "show", mixinStandardHelpOptions = true, description = "Show a run, its tasks and their attempts.")
final class ShowCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Parameters(paramLabel = "RUN", description = "The run's id, as the command 'runs' shows it.")
    private String run = "";

    @Override
    public Integer call() {
        RunId id = RunId.parse(run);
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
            StoredRun found = etl.store()
                    .find(id)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "run " + id + " is unknown; see '" + cli.host().command() + " runs'"));
            RunTables.print(found, etl.store().tasks(id), cli.out());
            cli.out().flush();
            return 0;
        }
    }
}
