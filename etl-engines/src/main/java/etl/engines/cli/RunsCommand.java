package etl.engines.cli;

import etl.core.Etl;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Lists former runs. */
@Command(name = "runs", mixinStandardHelpOptions = true, description = "List the newest runs.")
final class RunsCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Option(names = "--limit", paramLabel = "N", description = "How many at most; default: 20.")
    private int limit = 20;

    @Override
    public Integer call() {
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
            if (!RunTables.printRecent(etl.store(), cli.out(), Math.max(1, limit))) {
                cli.out().println("no runs yet; start one with: " + cli.host().command() + " run");
            }
            cli.out().flush();
            return 0;
        }
    }
}
