package etl.engines.cli;

import etl.core.Etl;
import etl.core.EtlBuilder;
import etl.core.Pipeline;
import etl.core.RunHandle;
import etl.core.RunState;
import etl.core.RunStoppedException;
import etl.core.spi.StateStoreException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Goes on with runs whose process is gone. */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        description = "Resume the runs whose process has died or was stopped, and wait for their ends.")
final class RecoverCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Option(names = "--watch", description = "Go on looking for such runs, until Ctrl-C.")
    private boolean watch;

    @Override
    @SuppressWarnings("try")
    public Integer call() throws InterruptedException {
        try (Etl etl = cli.host().open(EtlHost.Purpose.RUN, List.of(new RunLines(cli.out())));
                ShutdownHook hook = new ShutdownHook(etl::close)) {
            if (watch) {
                cli.out().println("resuming runs whose process is gone until Ctrl-C");
                cli.out().flush();
                repeat(etl, cli);
            }
            List<RunHandle> resumed = etl.recover(pipelines(cli));
            if (resumed.isEmpty()) {
                cli.out().println("there is no run whose process is gone");
                cli.out().flush();
            }
            boolean allSucceeded = true;
            for (RunHandle run : resumed) {
                allSucceeded &= hasSucceeded(run);
            }
            return allSucceeded ? 0 : EtlCli.FAILED;
        }
    }

    private boolean hasSucceeded(RunHandle run) {
        try {
            return run.await().state() == RunState.SUCCEEDED;
        } catch (RunStoppedException stopped) {
            cli.err().println("error: " + EtlCli.oneLine(stopped));
            cli.err().flush();
            return false;
        }
    }

    /** Looks for such runs from time to time, until the thread is interrupted. */
    static void repeat(Etl etl, EtlCli cli) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        do {
            try {
                etl.recover(pipelines(cli));
            } catch (StateStoreException notNow) {
                cli.err().println("error: " + EtlCli.oneLine(notNow));
                cli.err().flush();
            }
        } while (!never.await(EtlBuilder.DEFAULT_RECOVERY_PERIOD.toSeconds(), TimeUnit.SECONDS));
    }

    private static Pipeline[] pipelines(EtlCli cli) {
        return cli.host().pipelines().toArray(Pipeline[]::new);
    }
}
