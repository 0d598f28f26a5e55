package etl.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/** A copy of a running server, to which that one streams each commit before it answers. Linux only. */
final class StandbyPostgres implements AutoCloseable {
    /** What belongs to the process of the primary and not to its data. */
    private static final Set<String> LEFT_OUT = Set.of("postmaster.pid", "postmaster.opts", "epg-lock");

    private final EmbeddedPostgres server;

    StandbyPostgres(KillablePostgres primary, Path data) throws IOException, SQLException {
        copy(primary, data);
        Files.createFile(data.resolve("standby.signal"));
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=localhost port=" + primary.port() + " user=postgres'\n",
                StandardOpenOption.APPEND);
        server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("max_connections", KillablePostgres.MAX_CONNECTIONS)
                .start();
        primary.execute("alter system set synchronous_standby_names = '*'");
        primary.execute("select pg_reload_conf()");
    }

    /** The backup that a server makes of itself, with its own functions: its tools are not in the binaries for tests. */
    private static void copy(KillablePostgres primary, Path to) throws IOException, SQLException {
        try (Connection connection = primary.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('standby', true)");
            Files.walkFileTree(primary.data(), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                        throws IOException {
                    Files.createDirectory(
                            to.resolve(primary.data().relativize(folder)),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (!LEFT_OUT.contains(file.getFileName().toString())) {
                        Files.copy(file, to.resolve(primary.data().relativize(file)));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    if (failure instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw failure;
                }
            });
            try (ResultSet row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                Files.writeString(to.resolve("backup_label"), row.getString(1));
            }
        }
    }

    int port() {
        return server.getPort();
    }

    /** Until it takes writes. */
    void promote() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_promote()");
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
