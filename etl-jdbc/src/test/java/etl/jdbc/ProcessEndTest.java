package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.Rerun;
import etl.core.RunHandle;
import etl.core.RunId;
import etl.core.RunReport;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StoredTask;
import etl.jdbc.WideProcess.Behaviour;
import etl.testkit.PostgresExtension;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A real process in the middle of a run, which the operating system tells to end. */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "https://bugs.openjdk.org/browse/JDK-8056139: there is no SIGTERM")
class ProcessEndTest {
    private static final int KILLED_BY_SIGTERM = 128 + 15;

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    Path folder;

    @BeforeEach
    void nothingExecuted() throws Exception {
        postgres.execute("drop table if exists executed; create table executed (task_id text, what text)");
    }

    @Test
    void a_process_that_is_told_to_end_lets_its_tasks_end_and_starts_no_others() throws Exception {
        RunId run = toldToEnd(Behaviour.ENDING);

        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl())) {
            List<String> succeeded = succeeded(store, run);
            assertThat(succeeded)
                    .hasSizeBetween(64, WideProcess.TASKS - 1)
                    .containsExactlyInAnyOrderElementsOf(executed("begun"))
                    .containsExactlyInAnyOrderElementsOf(executed("ended"));
            resume(store, run);

            assertThat(executed("begun")).hasSize(WideProcess.TASKS).doesNotHaveDuplicates();
        }
    }

    @Test
    void a_process_whose_tasks_do_not_end_ends_all_the_same() throws Exception {
        RunId run = toldToEnd(Behaviour.HANGING);

        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl())) {
            List<String> succeeded = succeeded(store, run);
            assertThat(succeeded).hasSize(60).containsExactlyInAnyOrderElementsOf(executed("ended"));
            assertThat(executed("begun")).hasSize(64);
            assertThat(Files.readString(folder.resolve("errors")))
                    .contains("task 't60'", "ignoreInterrupts", "was stopped and can be resumed");
            resume(store, run);

            assertThat(executed("begun")).hasSize(WideProcess.TASKS + 4);
            assertThat(executed("ended")).hasSize(WideProcess.TASKS).doesNotHaveDuplicates();
        }
    }

    @Test
    void a_run_of_another_process_is_cancelled_even_if_a_task_ignores_it() throws Exception {
        Process process = start(Behaviour.HANGING);
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
                JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
                Etl etl = Etl.builder().store(store).build()) {
            RunId run = ready(out);
            RunHandle followed = etl.control().follow(run, new WideProcess(store, Behaviour.QUICK).pipeline());

            assertThat(followed.progress().tasks()).isEqualTo(WideProcess.TASKS);
            assertThat(followed.end()).isNotDone();
            assertThat(etl.control().cancel(run)).isTrue();
            RunReport report = followed.await();

            assertThat(report.state()).isEqualTo(RunState.CANCELLED);
            assertThat(report.tasks().stream().filter(task -> task.state() == TaskState.SUCCEEDED))
                    .hasSize(60);
            assertThat(report.tasks().stream().filter(task -> task.state() == TaskState.CANCELLED))
                    .hasSize(WideProcess.TASKS - 60);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void a_run_whose_process_was_killed_is_ended_as_lost_and_rerun() throws Exception {
        Process process = start(Behaviour.HANGING);
        RunId run;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            run = ready(out);
        } finally {
            process.destroyForcibly().waitFor();
        }
        try (JdbcStateStore store = JdbcStateStore.open(postgres.databaseUrl());
                Etl etl = Etl.builder().store(store).build()) {
            Pipeline pipeline = new WideProcess(store, Behaviour.QUICK).pipeline();
            RunReport lost = ended(etl, run, pipeline);

            assertThat(lost.state()).isEqualTo(RunState.FAILED);
            assertThat(store.tasks(run))
                    .hasSize(WideProcess.TASKS)
                    .allSatisfy(task -> assertThat(task.state().isFinal()).isTrue());
            etl.rerun(run, pipeline, Rerun.only("t0")).await().orThrow();
            assertThat(executed("ended")).hasSize(WideProcess.TASKS + 1);
        }
    }

    /** As soon as the lease of the process that was killed has run out. */
    private static RunReport ended(Etl etl, RunId run, Pipeline pipeline) {
        while (true) {
            try {
                return etl.control().endLost(run, pipeline);
            } catch (RunOwnedException notYet) {
                Thread.onSpinWait();
            }
        }
    }

    /** Starts a process, lets it come to the middle of its run, tells it to end, and waits for its end. */
    private RunId toldToEnd(Behaviour behaviour) throws Exception {
        Process process = start(behaviour);
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            RunId run = ready(out);
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
            assertThat(process.exitValue()).isEqualTo(KILLED_BY_SIGTERM);
            return run;
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start(Behaviour behaviour) throws IOException {
        Path logging = Files.writeString(folder.resolve("logback.xml"), """
                <configuration>
                  <appender name="log" class="ch.qos.logback.core.ConsoleAppender">
                    <target>System.err</target>
                    <encoder><pattern>%level %msg%n</pattern></encoder>
                  </appender>
                  <root level="WARN"><appender-ref ref="log"/></root>
                </configuration>
                """);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dlogback.configurationFile=" + logging,
                        "-cp",
                        System.getProperty("java.class.path"),
                        WideProcess.class.getName(),
                        postgres.databaseUrl(),
                        behaviour.name())
                .redirectError(folder.resolve("errors").toFile())
                .start();
    }

    private static List<String> succeeded(JdbcStateStore store, RunId run) {
        assertThat(store.find(run).orElseThrow().state()).isEqualTo(RunState.RUNNING);
        return store.tasks(run).stream()
                .filter(task -> task.state() == TaskState.SUCCEEDED)
                .map(StoredTask::taskId)
                .toList();
    }

    private static void resume(JdbcStateStore store, RunId run) {
        try (Etl etl = Etl.builder().store(store).build()) {
            etl.resume(run, new WideProcess(store, Behaviour.QUICK).pipeline())
                    .await()
                    .orThrow();
        }
    }

    private static RunId ready(BufferedReader out) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            lines.add(line);
            if (line.startsWith(WideProcess.READY)) {
                return RunId.parse(line.substring(WideProcess.READY.length()));
            }
        }
        throw new AssertionError("the process ended before it was ready: " + lines);
    }

    private static List<String> executed(String what) throws Exception {
        return Query.strings(postgres.dataSource(), "select task_id from executed where what = '" + what + "'");
    }
}
