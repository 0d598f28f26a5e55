package etl.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** A server of its own, that can be killed and started again with the same data. Linux only. */
final class KillablePostgres implements AutoCloseable {
    static final String MAX_CONNECTIONS = "200";

    private final EmbeddedPostgres first;
    private final Path data;
    private final List<String> command = new ArrayList<>();

    KillablePostgres(Path data) throws IOException {
        this.data = data;
        this.first = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("max_connections", MAX_CONNECTIONS)
                // What was committed is there after a crash; the builder's own default is faster and forgets.
                .setServerConfig("synchronous_commit", "on")
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
        return "postgresql://postgres:postgres@localhost:" + port() + "/postgres";
    }

    int port() {
        return first.getPort();
    }

    Path data() {
        return data;
    }

    DataSource dataSource() {
        return first.getPostgresDatabase();
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
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

    /** What an administrator in a hurry does: no answers, no checkpoint, as after a crash. */
    void shutDownImmediately() throws IOException, InterruptedException {
        ProcessHandle server = ProcessHandle.of(pid()).orElseThrow();
        new ProcessBuilder("kill", "-QUIT", Long.toString(server.pid())).start().waitFor();
        server.onExit().join();
    }

    /** Until it takes connections again. */
    void start() throws IOException {
        start(command);
    }

    /** With an additional disk, which is empty, in memory, and full after so many MiB. */
    void startWithDisk(Path disk, int mebibytes) throws IOException {
        List<String> inside = new ArrayList<>(
                List.of("unshare", "-Urm", "sh", "-c", mount(mebibytes) + " && exec \"$@\"", disk.toString()));
        if (!command.get(0).equals("unshare")) {
            // In the new namespace everybody is root.
            inside.addAll(List.of("unshare", "-U"));
        }
        inside.addAll(command);
        start(inside);
    }

    static boolean canHaveDisk(Path disk) throws IOException, InterruptedException {
        return new ProcessBuilder("unshare", "-Urm", "sh", "-c", mount(1), disk.toString())
                        .start()
                        .waitFor()
                == 0;
    }

    private static String mount(int mebibytes) {
        return "mount -t tmpfs -o size=" + mebibytes + "m none \"$0\"";
    }

    private void start(List<String> process) throws IOException {
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        new ProcessBuilder(process)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (!takesConnections()) {
            Thread.onSpinWait();
        }
    }

    private boolean takesConnections() {
        try {
            dataSource().getConnection().close();
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
