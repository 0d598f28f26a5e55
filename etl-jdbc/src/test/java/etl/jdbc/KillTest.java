package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunState;
import etl.core.TaskState;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.jdbc.ExecutionLog.Execution;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are killed or suspended at random moments, and a database that is killed, until at last somebody lets all
 * runs come to their ends. {@code -Detl.kills=1000} kills for longer; the seed is printed and can be given by
 * {@code -Detl.kills.seed}.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "signals, and the server's command line from /proc")
@Timeout(value = 4, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KillTest {
    private static final int KILLS = Integer.getInteger("etl.kills", 30);
    private static final int SUSPENSIONS = 4;
    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final Random random = new Random(seed());
    private final List<String> violations = new ArrayList<>();

    @TempDir
    Path folder;

    private static long seed() {
        long seed = Long.getLong("etl.kills.seed", System.nanoTime());
        System.out.println("etl.kills.seed=" + seed);
        return seed;
    }

    /** What is done to the processes, time and again. */
    private interface Disturbance {
        void happens(KilledProcesses processes) throws Exception;
    }

    @Test
    void whatever_is_killed_each_task_succeeds_once_and_never_overlaps_itself() throws Exception {
        try (KillablePostgres server = new KillablePostgres(folder.resolve("data"))) {
            disturb(server, KilledProcess.LEASE, KILLS, KilledProcesses::disturb);
        }
        assertThat(violations).isEmpty();
    }

    /** The test of the test above: processes that believe to own their runs for ever, and epochs that stay the same. */
    @Test
    void without_leases_and_epochs_it_finds_violations() throws Exception {
        try (KillablePostgres server = new KillablePostgres(folder.resolve("data"))) {
            try (JdbcStateStore store = KilledProcess.open(server.url(), KilledProcess.LEASE);
                    Connection connection = store.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create function etl.unfenced() returns trigger language plpgsql as"
                        + " 'begin new.epoch := 1; if new.lease_until is not null then"
                        + " new.lease_until := least(new.lease_until, now() + interval ''50 milliseconds''); end if; return new; end';"
                        + " create trigger unfenced before insert or update on etl.pipeline_runs"
                        + " for each row execute function etl.unfenced()");
            }
            disturb(server, FOR_EVER, SUSPENSIONS, KilledProcesses::suspend);
        }
        assertThat(violations).isNotEmpty();
    }

    private void disturb(KillablePostgres server, Duration lease, int times, Disturbance disturbance) throws Exception {
        KilledProcesses processes = new KilledProcesses(folder, server, lease, random);
        try (processes) {
            for (int time = 0; time < times; time++) {
                KilledProcesses.pause(Duration.ofMillis(200 + random.nextInt(1_000)));
                disturbance.happens(processes);
            }
        }
        Path lastLog = folder.resolve("last.log");
        try (JdbcStateStore store = KilledProcess.open(server.url(), KilledProcess.LEASE);
                ExecutionLog log = new ExecutionLog(lastLog)) {
            finish(server.url(), log);
            check(store, processes.executions(lastLog), times);
        }
        System.out.println(processes);
    }

    /** Somebody lets all runs come to their ends. */
    private static void finish(String url, ExecutionLog log) {
        List<Pipeline> pipelines = new KilledPipelines(log).all();
        try (Etl etl = KilledProcess.recovering(KilledProcess.open(url, KilledProcess.LEASE), pipelines)) {
            while (pipelines.stream()
                    .anyMatch(
                            pipeline -> !etl.store().unfinished(pipeline.name()).isEmpty())) {
                KilledProcesses.pause(Duration.ofMillis(50));
            }
        }
    }

    private void check(JdbcStateStore store, Map<String, List<Execution>> executions, int times) {
        List<StoredRun> runs = store.recent(Integer.MAX_VALUE);
        int repeated = 0;
        for (StoredRun run : runs) {
            if (run.state() != RunState.SUCCEEDED) {
                violations.add("run " + run.definition().id() + " is " + run.state() + ": " + run.error());
            }
            Map<String, String> expected =
                    KilledPipelines.expected(run.definition().pipeline());
            List<StoredTask> tasks = store.tasks(run.definition().id());
            if (tasks.size() != expected.size()) {
                violations.add("run " + run.definition().id() + " has " + tasks.size() + " tasks");
            }
            for (StoredTask task : tasks) {
                String name = run.definition().id() + "/" + task.taskId();
                List<Execution> own = executions.getOrDefault(name, List.of());
                repeated += own.size() - 1;
                check(name, task, own);
                Object output = store.output(run.definition().id(), task.taskId(), String.class);
                if (!expected.get(task.taskId()).equals(output)) {
                    violations.add(name + " has output " + output);
                }
            }
        }
        System.out.println(runs.size() + " runs, " + executions.size() + " tasks, " + repeated
                + " executions repeated, " + violations.size() + " violations");
        assertThat(runs).hasSizeGreaterThan(times);
        assertThat(repeated).as("executions that were cut off").isPositive();
    }

    private void check(String name, StoredTask task, List<Execution> executions) {
        List<StoredAttempt> attempts = task.attempts();
        StoredAttempt last = attempts.get(attempts.size() - 1);
        if (task.state() != TaskState.SUCCEEDED) {
            violations.add(name + " is " + task.state());
        }
        attempts.subList(0, attempts.size() - 1).stream()
                .filter(attempt -> attempt.state() == TaskState.SUCCEEDED)
                .forEach(attempt -> violations.add(name + " succeeded in attempt " + attempt.attempt() + " before"));
        Instant success = last.endedAt().orElseThrow();
        Execution before = null;
        for (Execution execution : executions) {
            if (execution.begun().isAfter(success)) {
                violations.add(name + " was executed after its success at " + success + ": " + executions);
            }
            if (before != null && execution.begun().isBefore(before.ended())) {
                violations.add(name + " was executed twice at once: " + before + ", " + execution);
            }
            before = execution;
        }
        if (executions.isEmpty()) {
            violations.add(name + " was never executed");
        }
    }
}
