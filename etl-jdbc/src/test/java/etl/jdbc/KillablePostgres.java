package etl.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A server of its own, that can be killed and started again with the same data. Linux only. */
final class KillablePostgres implements AutoCloseable {
    private final EmbeddedPostgres first;
    private final Path data;
    private final List<String> command = new ArrayList<>();

    KillablePostgres(Path data) throws IOException {
        this.data = data;
        this.first = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("max_connections", "200")
                .start();
        if (System.getProperty("user.name").equals("root")) {
            // The server refuses to be executed by root.
            command.addAll(List.of("unshare", "-U"));
        }
        String[] words = Files.readString(Path.of("/proc", Long.toString(pid()), "cmdline"), StandardCharsets.UTF_8)
                .split("\0", -1);
        for (String word : words) {
            if (!word.isEmpty()) {
                command.add(word);
            }
        }
    }

    String url() {
        return "postgresql://postgres:postgres@localhost:" + first.getPort() + "/postgres";
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
    }

    /** All its processes at once, as the operating system does when it has no memory left. */
    void kill() throws IOException {
        ProcessHandle server = ProcessHandle.of(pid()).orElseThrow();
        List<ProcessHandle> backends = server.descendants().toList();
        server.destroyForcibly();
        backends.forEach(ProcessHandle::destroyForcibly);
        server.onExit().join();
        backends.forEach(backend -> backend.onExit().join());
    }

    /** Until it takes connections again. */
    void start() throws IOException {
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (!takesConnections()) {
            Thread.onSpinWait();
        }
    }

    private boolean takesConnections() {
        try {
            first.getPostgresDatabase().getConnection().close();
            return true;
        } catch (SQLException notYet) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        first.close();
    }
}
