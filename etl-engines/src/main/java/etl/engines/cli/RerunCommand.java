package etl.engines.cli;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.Rerun;
import etl.core.RunHandle;
import etl.core.RunId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Executes tasks of a run again. */
@Command(
        name = "rerun",
        mixinStandardHelpOptions = true,
        description = "Execute tasks of a run that has ended again, even if they succeeded, and everything that has not"
                + " succeeded. Without options this is the same as resume.")
final class RerunCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Parameters(paramLabel = "RUN", description = "The run's id, as the command 'runs' shows it.")
    private String run = "";

    @Option(
            names = "--from",
            paramLabel = "TASK",
            description = "Execute this task and everything below it; may be repeated.")
    private List<String> from = new ArrayList<>();

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "Execute this task, and below it only what has not succeeded; may be repeated.")
    private List<String> only = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
        RunId id = RunId.parse(run);
        return new LocalRun(cli).execute(etl -> start(etl, id), false);
    }

    private RunHandle start(Etl etl, RunId id) {
        Pipeline pipeline = cli.pipelineOf(etl, id);
        if (from.isEmpty() && only.isEmpty()) {
            return etl.resume(id, pipeline);
        }
        List<Rerun> parts = new ArrayList<>();
        if (!from.isEmpty()) {
            parts.add(Rerun.from(from.toArray(String[]::new)));
        }
        if (!only.isEmpty()) {
            parts.add(Rerun.only(only.toArray(String[]::new)));
        }
        return etl.rerun(id, pipeline, parts.stream().reduce(Rerun::and).orElseThrow());
    }
}
