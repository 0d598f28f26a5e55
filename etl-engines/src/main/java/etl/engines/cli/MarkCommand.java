package etl.engines.cli;

import etl.core.Etl;
import etl.core.Mark;
import etl.core.Pipeline;
import etl.core.RunId;
import etl.core.RunState;
import etl.core.TaskView;
import java.lang.reflect.Type;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Gives a task another final state. */
@Command(
        name = "mark",
        mixinStandardHelpOptions = true,
        description = "Give a task of a run that has ended another final state, from which 'resume' or 'rerun' goes on."
                + " Nothing is executed.")
final class MarkCommand implements Callable<Integer> {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** The states that a task can be given. */
    enum State {
        SUCCEEDED,
        SKIPPED,
        FAILED
    }

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's id, as the command 'runs' shows it.")
    private String run = "";

    @Parameters(index = "1", paramLabel = "TASK", description = "The task's id.")
    private String task = "";

    @Parameters(
            index = "2",
            paramLabel = "STATE",
            description = "SUCCEEDED or SKIPPED: it is not executed by a resume. FAILED: it is.")
    @SuppressWarnings("NullAway.Init")
    private State state;

    @Option(
            names = "--output",
            paramLabel = "JSON",
            description = "With SUCCEEDED, for a task that has an output: what it would have returned.")
    private @Nullable String output;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is kept with the mark.")
    private String reason = "";

    @Option(names = "--by", paramLabel = "NAME", description = "Who sets the mark; default: the user of this process.")
    private @Nullable String by;

    @Override
    public Integer call() {
        if (output != null && state != State.SUCCEEDED) {
            throw new ParameterException(
                    spec.commandLine(), "--output is for SUCCEEDED; a task that is " + state + " has none");
        }
        RunId id = RunId.parse(run);
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
            Pipeline pipeline = cli.pipelineOf(etl, id);
            Mark mark = mark(pipeline).because(reason);
            mark = by == null ? mark : mark.by(by);
            etl.control().mark(id, pipeline, mark);
            cli.out().println(mark);
            boolean succeeded = etl.store().find(id).orElseThrow().state() == RunState.SUCCEEDED;
            String next = succeeded ? " rerun " + id + " --from TASK" : " resume " + id;
            cli.out().println("go on with: " + cli.host().command() + next);
            cli.out().flush();
            return 0;
        }
    }

    private Mark mark(Pipeline pipeline) {
        return switch (state) {
            case SKIPPED -> Mark.skipped(task);
            case FAILED -> Mark.failed(task);
            case SUCCEEDED -> output == null ? Mark.succeeded(task) : Mark.succeeded(task, read(pipeline, output));
        };
    }

    private @Nullable Object read(Pipeline pipeline, String json) {
        Type type = pipeline.task(task)
                .map(TaskView::outputType)
                .orElseThrow(() -> new IllegalArgumentException("pipeline '" + pipeline.name() + "' has no task '"
                        + task + "'; see '" + cli.host().command() + " graph " + pipeline.name() + "'"));
        try {
            return MAPPER.readValue(json, MAPPER.constructType(type));
        } catch (JacksonException notReadable) {
            throw new IllegalArgumentException(
                    "--output cannot be read as " + type.getTypeName() + ", which task '" + task + "' declares: "
                            + notReadable.getOriginalMessage(),
                    notReadable);
        }
    }
}
