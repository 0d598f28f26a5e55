package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import etl.jdbc.ExecutionLog.Execution;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Some {@link KilledProcess}es at once, their database, what is done to both at random, and what they executed. */
final class KilledProcesses implements AutoCloseable {
    private static final int AT_ONCE = 2;
    private static final int OUTPUT = 60;
    private static final Duration SUSPENDED = KilledProcess.LEASE.multipliedBy(2);

    private final Path folder;
    private final KillablePostgres server;
    private final Duration lease;
    private final Random random;
    private final List<Child> children = new ArrayList<>();

    /** @param lease the lease that the processes believe to have */
    KilledProcesses(Path folder, KillablePostgres server, Duration lease, Random random) throws IOException {
        this.folder = folder;
        this.server = server;
        this.lease = lease;
        this.random = random;
        while (children.size() < AT_ONCE) {
            start();
        }
    }

    /** A process with what was done to it. */
    private static final class Child {
        final Process process;
        final Path log;
        final Path output;
        final List<Suspension> suspensions = new ArrayList<>();
        Instant death = Instant.MAX;

        Child(Process process, Path log, Path output) {
            this.process = process;
            this.log = log;
            this.output = output;
        }

        void kill() {
            process.destroyForcibly().onExit().join();
            death = Instant.now();
        }

        boolean isAlive() {
            return death.equals(Instant.MAX);
        }

        /** Whatever happens, a process goes on until it is killed. */
        void checkGoesOn() {
            assertThat(process.isAlive()).as(() -> "a process ended: " + tail()).isTrue();
        }

        /** What a process tells at its end. */
        private String tail() {
            try {
                List<String> lines = Files.readAllLines(output);
                return String.join("\n", lines.subList(Math.max(0, lines.size() - OUTPUT), lines.size()));
            } catch (IOException failure) {
                return failure.toString();
            }
        }

        void suspend() throws IOException, InterruptedException {
            signal("STOP");
            // Not before: what begins while the signal is on its way would count as begun while suspended.
            while (!isStopped()) {
                Thread.onSpinWait();
            }
            Instant begin = Instant.now();
            pause(SUSPENDED);
            Instant end = Instant.now();
            signal("CONT");
            suspensions.add(new Suspension(begin, end));
        }

        /** A signal has arrived when every thread has stopped, which may take a while on a busy machine. */
        private boolean isStopped() throws IOException {
            try (DirectoryStream<Path> threads =
                    Files.newDirectoryStream(Path.of("/proc", Long.toString(process.pid()), "task"))) {
                for (Path thread : threads) {
                    String status = Files.readString(thread.resolve("stat"));
                    if (status.charAt(status.lastIndexOf(')') + 2) != 'T') {
                        return false;
                    }
                }
                return true;
            } catch (NoSuchFileException ended) {
                return false;
            }
        }

        private void signal(String name) throws IOException, InterruptedException {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(code).as(this::tail).isZero();
        }

        /** An execution that did not end lasted until the death; one that was suspended for too long, until that. */
        List<Execution> executions() throws IOException {
            List<Execution> executions = ExecutionLog.read(log);
            for (Suspension suspension : suspensions) {
                executions = suspension.of(executions);
            }
            return executions.stream().map(execution -> execution.until(death)).toList();
        }
    }

    void disturb() throws Exception {
        int dice = random.nextInt(10);
        if (dice < 7) {
            any().kill();
            start();
        } else if (dice < 9) {
            suspend();
        } else {
            server.kill();
            pause(Duration.ofMillis(random.nextInt(1_000)));
            server.start();
        }
    }

    void suspend() throws IOException, InterruptedException {
        any().suspend();
    }

    private Child any() {
        List<Child> alive = alive();
        for (Child child : alive) {
            child.checkGoesOn();
        }
        return alive.get(random.nextInt(alive.size()));
    }

    private List<Child> alive() {
        return children.stream().filter(Child::isAlive).toList();
    }

    private void start() throws IOException {
        Path log = folder.resolve("executions-" + children.size() + ".log");
        Path output = folder.resolve("output-" + children.size());
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx200m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledProcess.class.getName(),
                        server.url(),
                        log.toString(),
                        lease.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        children.add(new Child(process, log, output));
    }

    /** Moments of a disturbance are what is random here. */
    static void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** In the order in which they began, by run and task. */
    Map<String, List<Execution>> executions(Path lastLog) throws IOException {
        List<Execution> all = new ArrayList<>(ExecutionLog.read(lastLog));
        for (Child child : children) {
            all.addAll(child.executions());
        }
        all.sort(Comparator.comparing(Execution::begun));
        Map<String, List<Execution>> byTask = new HashMap<>();
        all.forEach(execution -> byTask.computeIfAbsent(execution.task(), any -> new ArrayList<>())
                .add(execution));
        return byTask;
    }

    @Override
    public void close() {
        for (Child child : alive()) {
            child.kill();
        }
    }

    @Override
    public String toString() {
        return children.size() + " processes, "
                + children.stream().mapToInt(child -> child.suspensions.size()).sum() + " suspensions";
    }
}
