package etl.engines.cli;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunHandle;
import etl.core.RunOptions;
import etl.core.RunPlan;
import etl.core.RunReport;
import etl.engines.Engine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Runs a pipeline here or on an engine. */
@Command(name = "run", mixinStandardHelpOptions = true, description = "Run a pipeline, here or on another engine.")
final class RunCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "PIPELINE", description = "The pipeline; default: the first one.")
    private String pipelineName = "";

    @Option(
            names = {"-p", "--param"},
            paramLabel = "NAME=VALUE",
            description = "An argument for a parameter of the pipeline; may be repeated.")
    private List<String> given = List.of();

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description =
                    "Run only if the pipeline has no run of this key yet; otherwise wait for that run, and show it.")
    private @Nullable String key;

    @Option(
            names = "--refresh-cache",
            description = "Execute tasks even if their outputs are cached, and replace these outputs.")
    private boolean refreshCache;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description = "Who runs it: local, airflow, prefect or luigi; default: local.")
    private String engine = "local";

    @Option(
            names = "--venv",
            paramLabel = "DIR",
            description = "The Python environment that holds the engine; default: the engine on the PATH.")
    private @Nullable Path venv;

    @Option(names = "--serve", description = "After a run in this process, keep /metrics up until Ctrl-C.")
    private boolean serve;

    @Option(
            names = "--dry-run",
            description = "Check the pipeline and its arguments and print the plan: order, critical path and time"
                    + " estimated from former runs. Nothing is executed or recorded.")
    private boolean dryRun;

    @Option(names = "--json", description = "With --dry-run: print the plan as JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        if (json && !dryRun) {
            throw new ParameterException(spec.commandLine(), "--json is for the plan of --dry-run; add --dry-run");
        }
        if (serve && dryRun) {
            throw new ParameterException(spec.commandLine(), "--serve follows a run; leave it out with --dry-run");
        }
        if (serve && !engine.equals("local")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--serve shows the metrics of a run in this process; leave it out with --engine");
        }
        if (key != null && (dryRun || !engine.equals("local"))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--key is for a run in this process; leave it out with " + (dryRun ? "--dry-run" : "--engine"));
        }
        if (refreshCache && (dryRun || !engine.equals("local"))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--refresh-cache is for a run in this process; leave it out with "
                            + (dryRun ? "--dry-run" : "--engine"));
        }
        RunOptions options = key == null ? RunOptions.none() : RunOptions.none().key(key);
        options = refreshCache ? options.refreshCache() : options;
        Pipeline pipeline = cli.pipeline(pipelineName);
        Map<String, String> arguments = arguments();
        Arguments parsed = Arguments.parse(pipeline, arguments);
        if (dryRun) {
            return plan(pipeline, parsed);
        }
        return engine.equals("local") ? runHere(pipeline, parsed, options) : runOnEngine(pipeline, arguments);
    }

    /** By hand, since a map of picocli's prints the text of what it finds odd, which may be a secret. */
    private Map<String, String> arguments() {
        Map<String, String> arguments = new LinkedHashMap<>();
        for (String argument : given) {
            int equals = argument.indexOf('=');
            if (equals < 1) {
                throw new ParameterException(
                        spec.commandLine(), "-p takes NAME=VALUE, and one of its arguments has no name or no '='");
            }
            arguments.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        return arguments;
    }

    /** An engine is asked for its artifact, so that what it would refuse is refused here, too. */
    private int plan(Pipeline pipeline, Arguments parsed) {
        if (!engine.equals("local")) {
            Engines.find(engine).export(pipeline, cli.host().mainClass());
        }
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
            RunPlan plan = etl.plan(pipeline, parsed);
            cli.out().print(json ? plan.toJson() + "\n" : plan.toText());
            cli.out().flush();
            return 0;
        }
    }

    private int runHere(Pipeline pipeline, Arguments parsed, RunOptions options) throws InterruptedException {
        LocalRun local = new LocalRun(cli);
        return local.execute(
                etl -> {
                    RunTables.printRecent(etl.store(), cli.out(), 5);
                    return etl.submit(pipeline, parsed, options);
                },
                serve);
    }

    private int runOnEngine(Pipeline pipeline, Map<String, String> arguments) throws InterruptedException {
        Engine chosen = Engines.find(engine);
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
            EngineLaunch launch = new EngineLaunch(cli, chosen, pipeline);
            Optional<RunReport> report = launch.run(etl, Optional.ofNullable(venv), arguments);
            if (report.isEmpty()) {
                return launch.exitCode();
            }
            return LocalRun.show(cli, report.get());
        }
    }

    /** Starts a run on an open orchestrator. */
    @FunctionalInterface
    interface Start {
        RunHandle on(Etl etl);
    }
}
