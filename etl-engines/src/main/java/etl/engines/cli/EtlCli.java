package etl.engines.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER;

import etl.core.Etl;
import etl.core.EtlException;
import etl.core.Pipeline;
import etl.core.RunId;
import etl.core.Secret;
import etl.core.spi.ErrorInfo;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line of an application that embeds the library: {@code run}, {@code resume}, {@code recover}, {@code rerun}, {@code mark},
 * {@code cancel}, {@code runs}, {@code show}, {@code debug}, {@code graph}, {@code export}, {@code clear-cache},
 * {@code purge}, {@code scheduler}, {@code schedules},
 * {@code pause-schedule}, {@code resume-schedule}, {@code trigger}, {@code backfill}, and the steps that artifacts call. An
 * error is one line on standard error, and with {@code --verbose}
 * its stack trace.
 *
 * <p>Exit codes: 0 success; 1 the run or the command failed; 2 the command line was wrong; 3 the engine is not installed.
 * The steps have those of {@link etl.engines.TaskContract}.
 */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = EtlCli.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            ResumeCommand.class,
            RecoverCommand.class,
            RerunCommand.class,
            MarkCommand.class,
            CancelCommand.class,
            RunsCommand.class,
            ShowCommand.class,
            DebugCommand.class,
            GraphCommand.class,
            ExportCommand.class,
            ClearCacheCommand.class,
            PurgeCommand.class,
            ScheduleCommands.Keep.class,
            ScheduleCommands.Schedules.class,
            ScheduleCommands.Pause.class,
            ScheduleCommands.Resume.class,
            ScheduleCommands.Trigger.class,
            BackfillCommand.class,
            StepCommands.BeginRun.class,
            StepCommands.RunTask.class,
            StepCommands.FinishRun.class
        })
public final class EtlCli implements Runnable {
    /** Exit code of a run or a command that failed. */
    static final int FAILED = 1;

    /** Exit code if the engine is not installed. */
    static final int NOT_INSTALLED = 3;

    private final EtlHost host;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Print the stack trace of an error.")
    private boolean verbose;

    private EtlCli(EtlHost host) {
        this.host = host;
    }

    /**
     * Executes a command line.
     *
     * @param host the application
     * @param arguments the arguments of {@code main}; none means {@code run}
     * @return the exit code
     */
    public static int execute(EtlHost host, String... arguments) {
        EtlCli cli = new EtlCli(host);
        CommandLine commandLine = new CommandLine(cli)
                .setCommandName(host.command())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, line, parsed) -> cli.report(failure, line));
        Objects.requireNonNull(commandLine.getSubcommands().get("run"))
                .getHelpSectionMap()
                .put(SECTION_KEY_FOOTER, help -> new ParameterHelp(host.pipelines()).text(help));
        return commandLine.execute(arguments.length == 0 ? new String[] {"run"} : arguments);
    }

    private int report(Exception failure, CommandLine line) {
        PrintWriter err = line.getErr();
        if (verbose || !isExpected(failure)) {
            err.print(ErrorInfo.of(failure).stack());
        }
        err.println("error: " + oneLine(failure));
        err.flush();
        return FAILED;
    }

    private static boolean isExpected(Exception failure) {
        return failure instanceof EtlException || failure instanceof IllegalArgumentException;
    }

    static String oneLine(Throwable failure) {
        String message = failure.getMessage() == null ? failure.getClass().getName() : failure.getMessage();
        return Secret.mask(message).replaceAll("\\s*\\R\\s*", " | ");
    }

    EtlHost host() {
        return host;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    Pipeline pipeline(String name) {
        List<Pipeline> pipelines = host.pipelines();
        return pipelines.stream()
                .filter(pipeline -> name.isEmpty() || pipeline.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no pipeline '" + name + "'; known: "
                        + String.join(
                                ", ", pipelines.stream().map(Pipeline::name).toList())));
    }

    Pipeline pipelineOf(Etl etl, RunId run) {
        return pipeline(etl.store()
                .find(run)
                .map(found -> found.definition().pipeline())
                .orElseThrow(() ->
                        new IllegalArgumentException("run " + run + " is unknown; see '" + host.command() + " runs'")));
    }

    /** The version of the library and of the JVM. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = EtlCli.class.getPackage().getImplementationVersion();
            return new String[] {
                "etl-engines " + (version == null ? "(not from a jar)" : version), "Java " + Runtime.version()
            };
        }
    }

    @Override
    public void run() {
        spec.commandLine().usage(out());
    }
}
