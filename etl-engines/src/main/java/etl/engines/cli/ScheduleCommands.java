package etl.engines.cli;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.Timing;
import etl.schedule.ScheduleStatus;
import etl.schedule.Scheduler;
import etl.schedule.SchedulerBuilder;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The commands for the schedules that the host's pipelines declare. A schedule has the name of its pipeline. */
final class ScheduleCommands {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss VV");

    private ScheduleCommands() {}

    static SchedulerBuilder builder(Etl etl, EtlHost host) {
        SchedulerBuilder builder = Scheduler.builder(etl);
        List<Pipeline> scheduled = host.pipelines().stream()
                .filter(pipeline -> pipeline.schedule().isPresent())
                .toList();
        if (scheduled.isEmpty()) {
            throw new IllegalArgumentException(
                    "no pipeline declares a schedule; add schedule(...) to the builder of one");
        }
        scheduled.forEach(pipeline -> builder.schedule(pipeline, tick -> host.scheduled(pipeline, tick)));
        return builder;
    }

    /** Starts runs at their ticks. */
    @Command(
            name = "scheduler",
            mixinStandardHelpOptions = true,
            description =
                    "Start runs by the schedules of the pipelines, and resume runs whose process is gone, until Ctrl-C.")
    static final class Keep implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private EtlCli cli;

        @Override
        @SuppressWarnings("try")
        public Integer call() throws InterruptedException {
            RunLines lines = new RunLines(cli.out());
            try (Etl etl = cli.host().open(EtlHost.Purpose.RUN, List.of(lines))) {
                try (Scheduler scheduler = builder(etl, cli.host()).start();
                        ShutdownHook hook = new ShutdownHook(() -> {
                            scheduler.close();
                            etl.close();
                        })) {
                    print(scheduler.status(), cli);
                    cli.out().println("starting runs until Ctrl-C");
                    cli.out().flush();
                    RecoverCommand.repeat(etl, cli);
                }
            }
            return 0;
        }
    }

    /** Lists schedules. */
    @Command(
            name = "schedules",
            mixinStandardHelpOptions = true,
            description = "List the schedules of the pipelines and their next ticks.")
    static final class Schedules implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private EtlCli cli;

        @Override
        public Integer call() {
            try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of());
                    Scheduler scheduler = builder(etl, cli.host()).build()) {
                print(scheduler.status(), cli);
                return 0;
            }
        }
    }

    /** Pauses a schedule. */
    @Command(
            name = "pause-schedule",
            mixinStandardHelpOptions = true,
            description = "Start no more runs by a schedule, in all processes.")
    static final class Pause implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private EtlCli cli;

        @Parameters(paramLabel = "NAME", description = "The schedule's name, as the command 'schedules' shows it.")
        private String name = "";

        @Override
        public Integer call() {
            return change(cli, name, true);
        }
    }

    /** Resumes a schedule. */
    @Command(
            name = "resume-schedule",
            mixinStandardHelpOptions = true,
            description = "Start runs again by a schedule that was paused.")
    static final class Resume implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private EtlCli cli;

        @Parameters(paramLabel = "NAME", description = "The schedule's name, as the command 'schedules' shows it.")
        private String name = "";

        @Override
        public Integer call() {
            return change(cli, name, false);
        }
    }

    private static int change(EtlCli cli, String name, boolean pause) {
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of());
                Scheduler scheduler = builder(etl, cli.host()).build()) {
            if (pause) {
                scheduler.pause(name);
            } else {
                scheduler.resume(name);
            }
            print(List.of(scheduler.status(name)), cli);
            return 0;
        }
    }

    /** Starts a run of a schedule. */
    @Command(
            name = "trigger",
            mixinStandardHelpOptions = true,
            description = "Start a run of a schedule now, and wait for its end.")
    static final class Trigger implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private EtlCli cli;

        @Parameters(paramLabel = "NAME", description = "The schedule's name, as the command 'schedules' shows it.")
        private String name = "";

        @Option(
                names = "--event",
                paramLabel = "KEY",
                description = "The key of the event that it is for; an event that has a run already gets no other one.")
        private @Nullable String event;

        @Override
        public Integer call() throws InterruptedException {
            String key = event;
            return new LocalRun(cli)
                    .execute(
                            etl -> {
                                Scheduler scheduler = builder(etl, cli.host()).build();
                                return key == null ? scheduler.trigger(name) : scheduler.trigger(name, key);
                            },
                            false);
        }
    }

    private static void print(List<ScheduleStatus> schedules, EtlCli cli) {
        TextTable table = new TextTable("SCHEDULE", "WHEN", "STATE", "NEXT TICK", "ACTIVE RUNS");
        for (ScheduleStatus status : schedules) {
            table.row(
                    status.name(),
                    status.schedule().timing().toString(),
                    status.paused() ? "paused" : status.registered() ? "registered" : "new",
                    status.nextTick().map(tick -> time(tick, status)).orElse("-"),
                    String.valueOf(status.activeRuns()));
        }
        table.print(cli.out());
        cli.out().flush();
    }

    private static String time(Instant tick, ScheduleStatus status) {
        ZoneId zone = status.schedule().timing() instanceof Timing.Cron cron ? cron.zone() : ZoneId.systemDefault();
        return TIME.format(tick.atZone(zone));
    }
}
