package etl.engines.cli;

import etl.core.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Which run an engine has begun when this program launched the engine: the step begin-run, a process below the engine,
 * writes the run's id into the file that it finds in its environment.
 */
record LaunchedRun(Path file) {
    private static final String VARIABLE = "ETL_LAUNCH_FILE";

    static LaunchedRun below(Path folder) {
        return new LaunchedRun(folder.resolve("launch-" + UUID.randomUUID()));
    }

    String variable() {
        return VARIABLE;
    }

    /** Called by begin-run, which is launched by this program or by an engine that runs on its own. */
    static void tell(String run) {
        String file = System.getenv(VARIABLE);
        if (file != null) {
            try {
                Files.writeString(Path.of(file), run);
            } catch (IOException notWritten) {
                throw new UncheckedIOException(VARIABLE + " " + file + " cannot be written", notWritten);
            }
        }
    }

    /** The run, or empty if none was begun. */
    Optional<RunId> take() {
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            RunId run = RunId.parse(Files.readString(file));
            Files.delete(file);
            return Optional.of(run);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(file + " cannot be read", unreadable);
        }
    }
}
