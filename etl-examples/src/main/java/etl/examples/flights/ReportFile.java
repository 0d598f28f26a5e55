package etl.examples.flights;

import etl.core.NotRetryableException;
import etl.core.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the HTML report of a run is. */
record ReportFile(Path byDefault) {
    void write(RunId run, FlightReport report, String folder) {
        Path chosen = folder.isEmpty() ? byDefault : Path.of(folder).toAbsolutePath();
        Path file = chosen.resolve(run + ".html");
        try {
            Files.createDirectories(chosen);
            Files.writeString(file, ReportPage.html(run, report));
        } catch (IOException notWritten) {
            throw new NotRetryableException(
                    "the report cannot be written to " + file + " ("
                            + notWritten.getClass().getSimpleName()
                            + "); make the folder writable, or name another one with -p reports=DIR in a new run",
                    notWritten);
        }
    }

    Optional<Path> find(RunId run) {
        return Optional.of(byDefault.resolve(run + ".html")).filter(Files::exists);
    }
}
