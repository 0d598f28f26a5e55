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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    private static final int PROCESSES = 2;
    private static final Duration SUSPENDED = KilledProcess.LEASE.multipliedBy(2);

    private final Random random = new Random(seed());
    private final List<Child> children = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    @TempDir
    Path folder;

    private static long seed() {
        long seed = Long.getLong("etl.kills.seed", System.nanoTime());
        System.out.println("etl.kills.seed=" + seed);
        return seed;
    }

    /** A process with what was done to it. */
    private static final class Child {
        final Process process;
        final Path log;
        final List<Instant> suspended = new ArrayList<>();
        Instant death = Instant.MAX;

        Child(Process process, Path log) {
            this.process = process;
            this.log = log;
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
            death = Instant.now();
        }

        boolean isAlive() {
            return death.equals(Instant.MAX);
        }

        void signal(String name) throws IOException, InterruptedException {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(code).isZero();
        }

        /** An execution that did not end lasted until the death; one that was suspended for too long, until that. */
        List<Execution> executions() throws IOException {
            List<Execution> executions = new ArrayList<>();
            for (Execution execution : ExecutionLog.read(log)) {
                Execution shortened = execution.until(death);
                for (Instant at : suspended) {
                    if (execution.begun().isBefore(at)) {
                        shortened = shortened.until(at);
                    }
                }
                executions.add(shortened);
            }
            return executions;
        }
    }

    @Test
    void whatever_is_killed_each_task_succeeds_once_and_never_overlaps_itself() throws Exception {
        try (KillablePostgres server = new KillablePostgres(folder.resolve("data"))) {
            try {
                for (int i = 0; i < PROCESSES; i++) {
                    start(server.url());
                }
                for (int kill = 0; kill < KILLS; kill++) {
                    pause(Duration.ofMillis(200 + random.nextInt(1_000)));
                    disturb(server);
                }
            } finally {
                for (Child child : alive()) {
                    child.kill();
                }
            }
            try (JdbcStateStore store = KilledProcess.open(server.url());
                    ExecutionLog log = new ExecutionLog(folder.resolve("last.log"))) {
                finish(server.url(), log);
                check(store);
            }
        }
        assertThat(violations).isEmpty();
    }

    private void start(String url) throws IOException {
        Path log = folder.resolve("executions-" + children.size() + ".log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx200m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledProcess.class.getName(),
                        url,
                        log.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output-" + children.size()).toFile())
                .start();
        children.add(new Child(process, log));
    }

    private List<Child> alive() {
        return children.stream().filter(Child::isAlive).toList();
    }

    private void disturb(KillablePostgres server) throws Exception {
        List<Child> alive = alive();
        Child child = alive.get(random.nextInt(alive.size()));
        int dice = random.nextInt(10);
        if (dice < 7) {
            child.kill();
            start(server.url());
        } else if (dice < 9) {
            child.signal("STOP");
            // Not before: what begins while the signal is on its way would count as not suspended.
            child.suspended.add(Instant.now());
            pause(SUSPENDED);
            child.signal("CONT");
        } else {
            server.kill();
            pause(Duration.ofMillis(random.nextInt(1_000)));
            server.start();
        }
    }

    /** Moments of a disturbance are what is random here. */
    private static void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Somebody lets all runs come to their ends. */
    private static void finish(String url, ExecutionLog log) {
        List<Pipeline> pipelines = new KilledPipelines(log).all();
        try (Etl etl = KilledProcess.recovering(KilledProcess.open(url), pipelines)) {
            while (pipelines.stream()
                    .anyMatch(
                            pipeline -> !etl.store().unfinished(pipeline.name()).isEmpty())) {
                pause(Duration.ofMillis(50));
            }
        }
    }

    private void check(JdbcStateStore store) throws IOException {
        Map<String, List<Execution>> executions = executions();
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
        long suspended =
                children.stream().mapToInt(child -> child.suspended.size()).sum();
        System.out.println(runs.size() + " runs, " + children.size() + " processes, " + suspended + " suspended, "
                + executions.size() + " tasks, " + repeated + " executions repeated");
        assertThat(runs).hasSizeGreaterThan(KILLS);
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
                violations.add(name + " was executed at " + execution.begun() + ", after its success at " + success);
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

    /** In the order in which they began, by run and task. */
    private Map<String, List<Execution>> executions() throws IOException {
        List<Execution> all = new ArrayList<>(ExecutionLog.read(folder.resolve("last.log")));
        for (Child child : children) {
            all.addAll(child.executions());
        }
        all.sort(Comparator.comparing(Execution::begun));
        Map<String, List<Execution>> byTask = new HashMap<>();
        all.forEach(execution -> byTask.computeIfAbsent(execution.task(), any -> new ArrayList<>())
                .add(execution));
        return byTask;
    }
}
