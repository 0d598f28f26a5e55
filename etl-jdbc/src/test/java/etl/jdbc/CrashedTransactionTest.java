package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.spi.RunOwnedException;
import etl.jdbc.CommittingProcess.Moment;
import etl.testkit.PostgresExtension;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real process that is gone right before or right after the commit, and another one that resumes its run. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CrashedTransactionTest {
    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeEach
    void nothingExecuted() throws Exception {
        Payments.clear(postgres);
        postgres.execute("drop table if exists executed; create table executed (attempt bigint not null)");
    }

    @Test
    void nothing_is_there_when_the_process_ends_before_the_commit_and_a_resume_executes_the_task_again()
            throws Exception {
        RunId run = gone(Moment.BEFORE_THE_COMMIT);
        assertThat(payments()).isEmpty();

        assertThat(resume(run)).isEqualTo(20L);

        assertThat(payments()).containsExactly(2L);
        assertThat(executed()).containsExactly(1L, 2L);
    }

    @Test
    void everything_is_there_when_the_process_ends_after_the_commit_and_a_resume_does_not_execute_the_task_again()
            throws Exception {
        RunId run = gone(Moment.AFTER_THE_COMMIT);
        assertThat(payments()).containsExactly(1L);

        assertThat(resume(run)).isEqualTo(10L);

        assertThat(payments()).containsExactly(1L);
        assertThat(executed()).containsExactly(1L);
    }

    private static List<Long> payments() throws Exception {
        return Payments.all(postgres.dataSource());
    }

    private static List<Long> executed() throws Exception {
        return Query.longs(postgres.dataSource(), "select attempt from executed order by attempt");
    }

    private static RunId gone(Moment moment) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        CommittingProcess.class.getName(),
                        postgres.databaseUrl(),
                        moment.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String last = out.lines().reduce("", (before, line) -> line);
            assertThat(process.waitFor()).isEqualTo(CommittingProcess.GONE);
            return RunId.parse(last);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Resumes the run and returns the output of its last task. */
    private static Object resume(RunId run) {
        JdbcStateStore store = CommittingProcess.open(postgres.dataSource());
        Pipeline pipeline = CommittingProcess.surviving(store);
        try (Etl etl = Etl.builder().store(store).build()) {
            resumed(etl, run, pipeline).await().orThrow();
            return store.output(run, "next", Long.class);
        }
    }

    /** As soon as the lease of the process that is gone has run out. */
    private static RunHandle resumed(Etl etl, RunId run, Pipeline pipeline) {
        while (true) {
            try {
                return etl.resume(run, pipeline);
            } catch (RunOwnedException notYet) {
                Thread.onSpinWait();
            }
        }
    }
}
