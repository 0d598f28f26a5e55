package etl.engines.cli;

import etl.core.Etl;
import etl.core.EtlException;
import etl.core.Pipeline;
import etl.core.spi.ErrorInfo;
import etl.engines.ExportRefusedException;
import etl.engines.TaskContract;
import etl.engines.TaskRequest;
import etl.engines.TaskResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;

/** The steps that artifacts call; see {@link TaskContract}. */
final class StepCommands {
    /** Python writes NaN and Infinity as JSON does not allow it. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private StepCommands() {}

    /** Records the beginning of a run. */
    @Command(name = "begin-run", hidden = true, description = "Called by artifacts: record that a run begins.")
    static final class BeginRun extends Step {
        @Override
        TaskResult execute(TaskContract contract) {
            TaskResult begun = contract.beginRun();
            LaunchedRun.tell(begun.runId());
            return begun;
        }
    }

    /** Executes one attempt of a task. */
    @Command(name = "run-task", hidden = true, description = "Called by artifacts: execute one attempt of a task.")
    static final class RunTask extends Step {
        @Override
        TaskResult execute(TaskContract contract) {
            return contract.runTask();
        }
    }

    /** Records the end of a run. */
    @Command(name = "finish-run", hidden = true, description = "Called by artifacts: record that a run has ended.")
    static final class FinishRun extends Step {
        @Override
        TaskResult execute(TaskContract contract) {
            return contract.finishRun();
        }
    }

    /** What the steps have in common. */
    abstract static class Step implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private EtlCli cli;

        @Option(names = "--pipeline", required = true, paramLabel = "PIPELINE", description = "The pipeline.")
        private String pipeline = "";

        @Option(names = "--task", paramLabel = "TASK", description = "The task.")
        private String task = "";

        @Option(names = "--request", required = true, paramLabel = "FILE", description = "The request file.")
        private Path request = Path.of("");

        @Option(names = "--result", required = true, paramLabel = "FILE", description = "The result file.")
        private Path result = Path.of("");

        abstract TaskResult execute(TaskContract contract);

        @Override
        public Integer call() {
            ParentWatch.start();
            TaskResult answer = answer(read());
            write(answer);
            return answer.exitCode();
        }

        private TaskResult answer(TaskRequest asked) {
            try (Etl etl = cli.host().open(EtlHost.Purpose.STEP, List.of())) {
                Pipeline found = cli.pipeline(pipeline);
                return new InterruptibleStep(etl).execute(() -> execute(new TaskContract(etl, found, asked)));
            } catch (ExportRefusedException | IllegalArgumentException wrong) {
                return failed(wrong, TaskContract.FAILED);
            } catch (EtlException failure) {
                return failed(failure, EtlCli.FAILED);
            }
        }

        private TaskResult failed(RuntimeException failure, int exitCode) {
            cli.err().println("error: " + EtlCli.oneLine(failure));
            cli.err().flush();
            ErrorInfo error = ErrorInfo.of(failure);
            return new TaskResult(
                    exitCode, "", "", 0, 0, Map.of("type", error.type(), "message", error.message()), null);
        }

        private TaskRequest read() {
            try {
                TaskRequest asked = MAPPER.readValue(Files.readString(request), TaskRequest.class);
                if (!asked.task().equals(task)) {
                    throw new ExportRefusedException(
                            "request file " + request + " is for task '" + asked.task() + "' and not for '" + task
                                    + "'",
                            null);
                }
                return asked;
            } catch (IOException | JacksonException unreadable) {
                throw new ExportRefusedException(
                        "request file " + request + " cannot be read: " + unreadable.getMessage(), unreadable);
            }
        }

        /** Written under another name and renamed, so that nobody reads half of it. */
        private void write(TaskResult answer) {
            Path unfinished = result.resolveSibling(result.getFileName() + ".tmp");
            try {
                Files.writeString(unfinished, MAPPER.writeValueAsString(answer));
                Files.move(unfinished, result, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException notWritten) {
                throw new UncheckedIOException("result file " + result + " cannot be written", notWritten);
            }
        }
    }
}
