package etl.engines.cli;

import etl.core.Etl;
import etl.core.RunId;
import etl.core.Secret;
import etl.core.SingleTask;
import etl.core.TaskOutcome;
import etl.core.TaskState;
import etl.core.spi.ErrorInfo;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Executes the code of one task of a run. */
@Command(
        name = "debug",
        mixinStandardHelpOptions = true,
        description =
                "Execute the code of one task alone, with the arguments and inputs that a run has stored. Nothing is"
                        + " recorded and nothing is retried, but what the code does to files and databases is real.")
final class DebugCommand implements Callable<Integer> {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private EtlCli cli;

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's id, as the command 'runs' shows it.")
    private String run = "";

    @Parameters(index = "1", paramLabel = "TASK", description = "The task's id.")
    private String task = "";

    @Option(names = "--element", paramLabel = "INDEX", description = "Which element of a mapped task, from 0.")
    private @Nullable Integer element;

    @Option(names = "--json", description = "Print the outcome as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        RunId id = RunId.parse(run);
        try (Etl etl = cli.host().open(EtlHost.Purpose.READ, List.of())) {
            TaskOutcome<@Nullable Object> outcome = SingleTask.named(
                            cli.pipelineOf(etl, id),
                            task,
                            element == null ? OptionalInt.empty() : OptionalInt.of(element))
                    .from(etl.store(), id)
                    .run();
            if (json) {
                cli.out().println(json(outcome));
            } else {
                print(outcome);
            }
            cli.out().flush();
            cli.err().flush();
            return outcome.state() == TaskState.FAILED ? EtlCli.FAILED : 0;
        }
    }

    private void print(TaskOutcome<@Nullable Object> outcome) {
        PrintWriter out = cli.out();
        out.println("task     " + outcome.taskId());
        out.println("state    " + outcome.state());
        outcome.skipReason().ifPresent(reason -> out.println("reason   " + Secret.mask(reason)));
        out.println("took     " + Durations.text(outcome.duration()));
        out.println("rows     read " + outcome.rows().read() + ", written "
                + outcome.rows().written() + ", rejected " + outcome.rows().rejected());
        if (outcome.state() == TaskState.SUCCEEDED) {
            out.println("output   " + text(outcome.output()));
        } else if (outcome.state() == TaskState.FAILED) {
            out.flush();
            outcome.failure()
                    .ifPresent(failure -> cli.err().print(ErrorInfo.of(failure).stack()));
        }
    }

    private static String text(@Nullable Object output) {
        try {
            return Secret.mask(MAPPER.writeValueAsString(output));
        } catch (JacksonException notWritable) {
            return notWritable(output);
        }
    }

    private static String notWritable(@Nullable Object output) {
        return "cannot be written as JSON: " + Secret.mask(String.valueOf(output));
    }

    private static String json(TaskOutcome<@Nullable Object> outcome) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("task", outcome.taskId());
        all.put("state", outcome.state());
        all.put("rows", outcome.rows());
        if (outcome.state() == TaskState.SUCCEEDED) {
            all.put("output", outcome.output());
        }
        outcome.skipReason().ifPresent(reason -> all.put("reason", reason));
        if (outcome.state() == TaskState.FAILED) {
            all.put("error", outcome.failure().map(ErrorInfo::of).orElse(null));
        }
        try {
            return Secret.mask(MAPPER.writeValueAsString(all));
        } catch (JacksonException notWritable) {
            all.put("output", notWritable(outcome.output()));
            return MAPPER.writeValueAsString(all);
        }
    }
}
