package etl.engines.cli;

import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunReport;
import etl.engines.Engine;
import etl.engines.Engine.EnginePlace;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Exports a pipeline and runs it through the engine's own command line. */
final class EngineLaunch {
    /** Quicker starts for the many short processes of an engine run; a host that wants other options sets them. */
    private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto";

    private final EtlCli cli;
    private final Engine engine;
    private final Pipeline pipeline;
    private int exitCode;

    EngineLaunch(EtlCli cli, Engine engine, Pipeline pipeline) {
        this.cli = cli;
        this.engine = engine;
        this.pipeline = pipeline;
    }

    int exitCode() {
        return exitCode;
    }

    /** The report of the run, or empty if there was none; {@link #exitCode} says why. */
    Optional<RunReport> run(Etl etl, Optional<Path> venv, Map<String, String> arguments) throws InterruptedException {
        Path home = cli.host().workFolder().toAbsolutePath().resolve(engine.name());
        Path artifact = home.resolve(pipeline.name());
        engine.export(pipeline, cli.host().mainClass()).writeTo(artifact);
        Optional<Path> bin = bin(venv);
        if (bin.isEmpty()) {
            cli.err()
                    .println("error: " + engine.name() + " is not installed"
                            + venv.map(folder -> " in " + folder)
                                    .orElse(": '" + engine.executable() + "' is not on the PATH")
                            + "; the artifact is at " + artifact);
            cli.err().println("install it with: " + engine.installation());
            cli.err().println("then run it again with: --venv ./" + engine.name() + "-venv");
            cli.err().flush();
            exitCode = EtlCli.NOT_INSTALLED;
            return Optional.empty();
        }
        EnginePlace place = new EnginePlace(artifact, bin.get(), work(home, bin.get()), "etl-" + UUID.randomUUID());
        LaunchedRun launched = LaunchedRun.below(place.work());
        for (List<String> command : engine.commands(place, pipeline, arguments)) {
            exitCode = execute(command, place, launched);
            if (exitCode != 0) {
                break;
            }
        }
        Optional<RunReport> report = launched.take().map(run -> etl.external().finish(pipeline, run));
        if (report.isEmpty()) {
            exitCode = EtlCli.FAILED;
            cli.err()
                    .println("error: " + engine.name() + " ended without a run; see its messages above; the artifact is"
                            + " at " + artifact);
            cli.err().flush();
        }
        return report;
    }

    /** A folder for each installation: two versions of an engine do not read each other's files. */
    private static Path work(Path home, Path bin) {
        return home.resolve("home-" + UUID.nameUUIDFromBytes(bin.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private Optional<Path> bin(Optional<Path> venv) {
        Stream<Path> folders = venv.isPresent()
                ? Stream.of(venv.get().toAbsolutePath().resolve("bin"))
                : Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .filter(entry -> !entry.isBlank())
                        .map(Path::of);
        return folders.filter(folder -> Files.isExecutable(folder.resolve(engine.executable())))
                .findFirst();
    }

    @SuppressWarnings("try")
    private int execute(List<String> command, EnginePlace place, LaunchedRun launched) throws InterruptedException {
        try {
            Files.createDirectories(place.work());
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(place.work().toFile()).inheritIO();
            Map<String, String> environment = builder.environment();
            environment.put("PATH", place.bin() + File.pathSeparator + environment.getOrDefault("PATH", ""));
            environment.put(
                    "ETL_JAVA",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString());
            environment.put("ETL_CLASSPATH", absoluteClassPath());
            environment.put(launched.variable(), launched.file().toString());
            environment.putIfAbsent("JDK_JAVA_OPTIONS", SHORT_LIVED);
            environment.putAll(cli.host().stepEnvironment());
            environment.putAll(engine.environment(place));
            Process process = builder.start();
            try (ShutdownHook hook = new ShutdownHook(() -> stop(process))) {
                return process.waitFor();
            }
        } catch (IOException notStarted) {
            throw new UncheckedIOException(engine.name() + " did not start", notStarted);
        }
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    /** The class path of this process, for processes with another working folder. */
    private static String absoluteClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
