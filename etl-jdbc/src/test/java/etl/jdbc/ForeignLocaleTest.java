package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.spi.StoredRun;
import etl.testkit.PostgresExtension;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A run that begins in a Turkish process with another time zone and encoding than server and test have, and ends here. */
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForeignLocaleTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void a_run_is_resumed_in_another_locale_and_time_zone() throws Exception {
        Instant before = Instant.now();
        RunId id = failedThere();

        JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
        ForeignProcess here = new ForeignProcess(store, false);
        try (Etl etl = Etl.builder().store(store).build()) {
            StoredRun run = store.find(id).orElseThrow();
            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(run.error().orElseThrow().message()).isEqualTo("\u0131I");
            assertThat(run.definition().createdAt()).isBetween(before.minus(Duration.ofSeconds(1)), Instant.now());

            RunReport report = etl.resume(id, here.pipeline).await().orThrow();

            assertThat(report.output(here.last)).isEqualTo("final_ 0.5 " + ForeignProcess.INVOICE);
            assertThat(here.executions).hasValue(0);
            assertThat(Query.strings(
                            postgres.dataSource(),
                            "select content #>> '{}' from etl.raw_data where run_id = '" + id + "'"))
                    .containsExactly("I\u0131\u0130i");
        }
    }

    private static RunId failedThere() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Duser.language=tr",
                        "-Duser.country=TR",
                        "-Duser.timezone=Pacific/Chatham",
                        "-Dfile.encoding=ISO-8859-1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ForeignProcess.class.getName(),
                        postgres.databaseUrl())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String last = out.lines().reduce("", (earlier, line) -> line);
            assertThat(process.waitFor()).isZero();
            return RunId.parse(last);
        } finally {
            process.destroyForcibly();
        }
    }
}
