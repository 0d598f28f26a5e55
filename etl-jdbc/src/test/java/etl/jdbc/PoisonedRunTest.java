package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunState;
import etl.core.spi.StoredRun;
import etl.testkit.PostgresExtension;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real processes that one run kills one after the other. */
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoisonedRunTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void a_run_that_kills_every_process_is_ended_and_the_others_go_on() throws Exception {
        for (int crash = 0; crash < PoisonedProcess.CRASHES; crash++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            PoisonedProcess.class.getName(),
                            postgres.databaseUrl())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                assertThat(process.waitFor()).isEqualTo(PoisonedProcess.GONE);
            } finally {
                process.destroyForcibly();
            }
        }

        AtomicInteger executions = new AtomicInteger();
        Pipeline poison = PoisonedProcess.poison(executions::incrementAndGet);
        try (Etl etl = PoisonedProcess.recovering(JdbcStateStore.builder(postgres.dataSource()), poison)) {
            etl.run(PoisonedProcess.harmless()).orThrow();
            StoredRun run = run(etl);
            while (!run.state().isFinal()) {
                run = run(etl);
            }

            assertThat(run.state()).isEqualTo(RunState.FAILED);
            assertThat(run.error().orElseThrow().message())
                    .contains("its process has crashed " + PoisonedProcess.CRASHES + " times");
        }
        assertThat(executions).hasValue(0);
        assertThat(Query.strings(
                        postgres.dataSource(),
                        "select distinct state from etl.pipeline_runs where pipeline = 'harmless'"))
                .containsExactly("SUCCEEDED");
    }

    private static StoredRun run(Etl etl) {
        return etl.store().findByKey("poison", "poison").orElseThrow();
    }
}
