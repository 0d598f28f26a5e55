package etl.engines.cli;

import etl.core.DataInterval;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.Secret;
import etl.core.Timing;
import etl.schedule.Backfill;
import etl.schedule.BackfillProgress;
import etl.schedule.BackfillReport;
import etl.schedule.IntervalReport;
import etl.schedule.IntervalState;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Runs a pipeline for all data intervals of a range. */
@Command(
        name = "backfill",
        mixinStandardHelpOptions = true,
        description = "Run a pipeline for each data interval of its schedule in a range. What has succeeded is not"
                + " repeated; what has failed or was interrupted is resumed.")
final class BackfillCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Parameters(paramLabel = "PIPELINE", description = "The pipeline, which declares a schedule.")
    private String pipelineName = "";

    @Option(
            names = "--from",
            required = true,
            paramLabel = "TIME",
            description =
                    "No interval begins before: a day in the schedule's time zone, such as 2024-01-31, or a moment,"
                            + " such as 2024-01-31T06:00:00Z.")
    private String from = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "TIME",
            description = "No interval ends after: a day (its beginning) or a moment.")
    private String to = "";

    @Option(names = "--parallelism", paramLabel = "N", description = "How many runs at once; default: 1.")
    private int parallelism = 1;

    @Option(names = "--newest-first", description = "Begin with the newest interval.")
    private boolean newestFirst;

    @Option(names = "--dry-run", description = "List the intervals and how things stand with them; run nothing.")
    private boolean dryRun;

    @Override
    @SuppressWarnings("try")
    public Integer call() {
        Pipeline pipeline = cli.pipeline(pipelineName);
        Backfill backfill = Backfill.of(pipeline, moment(pipeline, "--from", from), moment(pipeline, "--to", to))
                .arguments(tick -> cli.host().scheduled(pipeline, tick))
                .parallelism(parallelism)
                .onProgress(this::print);
        Backfill ordered = newestFirst ? backfill.newestFirst() : backfill;
        if (dryRun) {
            try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
                print(ordered.plan(etl));
                return 0;
            }
        }
        try (Etl etl = cli.host().open(EtlHost.Purpose.RUN, List.of());
                ShutdownHook hook = new ShutdownHook(etl::close)) {
            BackfillReport report = ordered.run(etl);
            print(report);
            return report.isComplete() ? 0 : failed(report);
        }
    }

    private static Instant moment(Pipeline pipeline, String option, String text) {
        try {
            return text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay(zone(pipeline)).toInstant();
        } catch (DateTimeParseException malformed) {
            throw new IllegalArgumentException(
                    option + " is '" + text + "', but it takes a day, such as 2024-01-31, or a moment, such as"
                            + " 2024-01-31T06:00:00Z",
                    malformed);
        }
    }

    private static ZoneId zone(Pipeline pipeline) {
        return pipeline.schedule()
                .map(schedule -> schedule.timing() instanceof Timing.Cron cron ? cron.zone() : ZoneOffset.UTC)
                .orElse(ZoneOffset.UTC);
    }

    private void print(BackfillProgress progress) {
        cli.out()
                .println(progress.succeeded() + " of " + progress.intervals() + " intervals have succeeded"
                        + (progress.failed() == 0 ? "" : ", " + progress.failed() + " have not"));
        cli.out().flush();
    }

    private void print(BackfillReport report) {
        TextTable table = new TextTable("DATA", "STATE", "RUN");
        for (IntervalReport one : report.intervals()) {
            table.row(
                    one.interval().toString(),
                    one.before() ? one.state() + " (before)" : one.state().toString(),
                    one.run().map(Object::toString).orElse("-"));
        }
        table.print(cli.out());
        cli.out().flush();
    }

    private int failed(BackfillReport report) {
        for (IntervalReport one : report.intervals()) {
            if (one.state() != IntervalState.SUCCEEDED) {
                DataInterval interval = one.interval();
                cli.err()
                        .println("error: " + interval + " " + one.state()
                                + one.problem()
                                        .map(problem ->
                                                ": " + Secret.mask(problem).replaceAll("\\s*\\R\\s*", " | "))
                                        .orElse(""));
            }
        }
        cli.err().println("when the cause is mended, start the same backfill again; it goes on where it was");
        cli.err().flush();
        return EtlCli.FAILED;
    }
}
