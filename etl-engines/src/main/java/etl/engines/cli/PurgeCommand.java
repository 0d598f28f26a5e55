package etl.engines.cli;

import etl.core.Etl;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Deletes old runs. */
@Command(
        name = "purge",
        mixinStandardHelpOptions = true,
        description = "Delete runs that ended some time ago, with everything that was stored of them.",
        footer =
                "Never deleted is a run that has not ended or that a process has. The keys of deleted runs are free again.")
final class PurgeCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Option(
            names = "--older-than",
            required = true,
            converter = Age.class,
            paramLabel = "AGE",
            description = "How long ago the runs have ended, for example 30d, 12h or P30D.")
    private Duration olderThan = Duration.ZERO;

    @Option(
            names = "--pipeline",
            paramLabel = "PIPELINE",
            description = "Only runs of this pipeline, which need not exist any more; default: of all pipelines.")
    private String pipeline = "";

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "Keep the newest N runs of each pipeline, however old they are; default: 0.")
    private int newest;

    @Option(names = "--dry-run", description = "Only tell what would be deleted.")
    private boolean dryRun;

    @Override
    public Integer call() {
        Retention all = Retention.of(olderThan).keepingNewest(newest);
        Retention retention = pipeline.isEmpty() ? all : all.ofPipeline(pipeline);
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
            Purged purged =
                    dryRun ? etl.store().purgeable(retention) : etl.store().purge(retention);
            cli.out().println(text(purged) + (dryRun ? " would be deleted" : " deleted"));
            cli.out().flush();
            return 0;
        }
    }

    private String text(Purged purged) {
        return purged.runs() + (purged.runs() == 1 ? " run" : " runs")
                + (pipeline.isEmpty() ? "" : " of pipeline " + pipeline) + " with " + purged.taskRuns()
                + (purged.taskRuns() == 1 ? " task run" : " task runs");
    }
}
