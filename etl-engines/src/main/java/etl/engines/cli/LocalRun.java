package etl.engines.cli;

import etl.core.Etl;
import etl.core.RunHandle;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.RunStoppedException;
import etl.core.spi.RunListener;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A run in this process, with its progress, until its end or Ctrl-C. */
final class LocalRun {
    private final EtlCli cli;

    LocalRun(EtlCli cli) {
        this.cli = cli;
    }

    @SuppressWarnings("try")
    int execute(RunCommand.Start start, boolean serve) throws InterruptedException {
        RunListener progress = cli.host().progress(cli.out());
        try (Etl etl = cli.host().open(EtlHost.Purpose.RUN, List.of(progress));
                ShutdownHook hook = new ShutdownHook(etl::close)) {
            RunHandle run = start.on(etl);
            if (run.isExisting()) {
                cli.out().println("run " + run.id() + " has this key already; nothing is started");
                cli.out().flush();
            }
            int code = end(run, progress);
            if (serve) {
                cli.out().println("serving metrics until Ctrl-C");
                cli.out().flush();
                new CountDownLatch(1).await();
            }
            return code;
        }
    }

    private int end(RunHandle run, RunListener progress) {
        try {
            RunReport report = run.await();
            close(progress);
            return show(cli, report);
        } catch (RunStoppedException stopped) {
            close(progress);
            cli.err().println("error: " + EtlCli.oneLine(stopped));
            if (!run.isExisting()) {
                cli.err().println("resume it with: " + cli.host().command() + " resume " + run.id());
            }
            cli.err().flush();
            return EtlCli.FAILED;
        }
    }

    private static void close(RunListener progress) {
        if (progress instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception notClosed) {
                throw new IllegalStateException("the progress display did not close", notClosed);
            }
        }
    }

    static int show(EtlCli cli, RunReport report) {
        RunTables.print(report, cli.out());
        cli.host().finished(report, cli.out());
        cli.out().flush();
        if (report.state() == RunState.SUCCEEDED) {
            return 0;
        }
        String why = report.error().map(error -> ": " + error).orElse("");
        cli.err().println("error: run " + report.id() + " " + report.state() + why.replaceAll("\\s*\\R\\s*", " | "));
        cli.err().println("when the cause is mended, go on with: " + cli.host().command() + " resume " + report.id());
        cli.err().flush();
        return EtlCli.FAILED;
    }
}
