package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.testkit.PostgresExtension;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that find no schema, each with several stores. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessesThatOpenAtOnceTest {
    private static final int PROCESSES = 2;
    private static final int STORES = 4;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    Path folder;

    @Test
    void processes_that_start_at_once_migrate_once() throws Exception {
        List<Process> processes = new ArrayList<>();
        List<BufferedReader> outputs = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                Process process = start(i);
                processes.add(process);
                outputs.add(process.inputReader(StandardCharsets.UTF_8));
            }
            for (BufferedReader output : outputs) {
                await(output, OpeningProcess.READY);
            }
            for (Process process : processes) {
                process.getOutputStream().write('\n');
                process.getOutputStream().flush();
            }
            for (int i = 0; i < PROCESSES; i++) {
                await(outputs.get(i), OpeningProcess.DONE);
                assertThat(processes.get(i).waitFor()).isZero();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }

        assertThat(Query.longs(
                        postgres.dataSource(),
                        "select count(*) from fresh.etl_schema_history where success and type = 'SQL'"))
                .containsExactly(Long.valueOf(Schema.VERSION.getVersion()));
        assertThat(Query.longs(postgres.dataSource(), "select count(*) from fresh.pipeline_runs"))
                .containsExactly((long) PROCESSES * STORES);
    }

    private void await(BufferedReader output, String wanted) throws IOException {
        String line = output.readLine();
        while (line != null && !line.equals(wanted)) {
            line = output.readLine();
        }
        assertThat(line).as("errors: %s", errors()).isEqualTo(wanted);
    }

    private String errors() throws IOException {
        StringBuilder errors = new StringBuilder();
        for (int i = 0; i < PROCESSES; i++) {
            errors.append(Files.readString(folder.resolve("errors-" + i)));
        }
        return errors.toString();
    }

    private Process start(int number) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpeningProcess.class.getName(),
                        postgres.databaseUrl(),
                        "fresh",
                        String.valueOf(STORES))
                .redirectError(folder.resolve("errors-" + number).toFile())
                .start();
    }
}
