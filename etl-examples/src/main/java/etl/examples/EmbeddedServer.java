package etl.examples;

import etl.core.spi.StateStoreException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * An embedded PostgreSQL on a folder that outlives it. The first process starts the server, further ones use it too, and
 * the last one stops it. Each process holds a shared lock on {@code users.lock} as long as it uses the server; who starts
 * or stops it holds {@code server.lock} meanwhile. A server whose starter was killed is used and stopped by the next.
 */
final class EmbeddedServer implements AutoCloseable {
    private final Path folder;
    private final Optional<EmbeddedPostgres> started;
    private final int port;
    private final FileChannel users;

    private EmbeddedServer(Path folder, Optional<EmbeddedPostgres> started, int port, FileChannel users) {
        this.folder = folder;
        this.started = started;
        this.port = port;
        this.users = users;
    }

    @SuppressWarnings("try")
    static EmbeddedServer open(Path folder) {
        try {
            Files.createDirectories(folder);
            try (FileChannel server = channel(folder, "server.lock");
                    FileLock ignored = server.lock()) {
                FileChannel users = channel(folder, "users.lock");
                users.lock(0, Long.MAX_VALUE, true);
                Optional<Postmaster> running = Postmaster.read(folder.resolve("data"));
                if (running.isPresent()) {
                    return new EmbeddedServer(
                            folder, Optional.empty(), running.get().port(), users);
                }
                EmbeddedPostgres postgres = start(folder);
                return new EmbeddedServer(folder, Optional.of(postgres), postgres.getPort(), users);
            }
        } catch (IOException | IllegalStateException failure) {
            throw new StateStoreException(
                    "the embedded PostgreSQL in " + folder + " did not start (" + failure.getMessage()
                            + "); see " + folder.resolve("server.log")
                            + ", set ETL_HOME to a folder that can be written, or DATABASE_URL to a server",
                    failure);
        }
    }

    private static FileChannel channel(Path folder, String name) throws IOException {
        return FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static EmbeddedPostgres start(Path folder) throws IOException {
        ProcessBuilder.Redirect log =
                ProcessBuilder.Redirect.appendTo(folder.resolve("server.log").toFile());
        return EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("data"))
                .setCleanDataDirectory(false)
                // The locale of the environment may not be installed.
                .setLocaleConfig("locale", "C")
                .setRegisterShutdownHook(false)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setOutputRedirector(log)
                .setErrorRedirector(log)
                .start();
    }

    String url() {
        return "postgresql://postgres@localhost:" + port + "/postgres";
    }

    @Override
    @SuppressWarnings("try")
    public void close() {
        try (FileChannel server = channel(folder, "server.lock");
                FileLock ignored = server.lock()) {
            users.close();
            try (FileChannel others = channel(folder, "users.lock");
                    FileLock alone = others.tryLock()) {
                if (alone != null) {
                    stop();
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("the embedded PostgreSQL in " + folder + " did not stop", failure);
        }
    }

    private void stop() throws IOException {
        if (started.isPresent()) {
            started.get().close();
            return;
        }
        Postmaster.read(folder.resolve("data")).ifPresent(Postmaster::stop);
    }

    /** The server process, as its own file {@code postmaster.pid} tells (PostgreSQL manual, "Database File Layout"). */
    private record Postmaster(ProcessHandle process, int port) {
        private static final int PID_LINE = 0;
        private static final int PORT_LINE = 3;

        static Optional<Postmaster> read(Path data) throws IOException {
            Path file = data.resolve("postmaster.pid");
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            List<String> lines = Files.readAllLines(file);
            if (lines.size() <= PORT_LINE) {
                return Optional.empty();
            }
            int port = Integer.parseInt(lines.get(PORT_LINE).trim());
            return ProcessHandle.of(Long.parseLong(lines.get(PID_LINE).trim()))
                    .filter(ProcessHandle::isAlive)
                    .filter(process ->
                            process.info().command().orElse("postgres").contains("postgres"))
                    .map(process -> new Postmaster(process, port));
        }

        void stop() {
            process.destroy();
            process.onExit().completeOnTimeout(process, 30, TimeUnit.SECONDS).join();
        }
    }
}
