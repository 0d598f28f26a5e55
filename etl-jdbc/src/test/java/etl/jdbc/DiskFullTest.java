package etl.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunHandle;
import etl.core.RunStoppedException;
import etl.core.TaskRef;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server whose disk has no room left for the output of a task. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the disk is in the server's own namespace")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiskFullTest {
    private static final int DISK_MEBIBYTES = 8;
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final String FULL = "No space left on device";

    private final AtomicInteger executions = new AtomicInteger();

    @TempDir
    Path folder;

    /** The first task's output needs a megabyte. */
    private Pipeline pipeline() {
        PipelineBuilder builder = Pipeline.named("large");
        TaskRef<String> large = builder.task("large", String.class).run(context -> {
            executions.incrementAndGet();
            return new Random(1)
                    .ints(1_000_000, 'a', 'z' + 1)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
        });
        builder.task("length", Integer.class).from(large).run((context, text) -> text.length());
        return builder.build();
    }

    @Test
    void a_run_waits_for_room_and_stops_as_resumable_when_there_is_none() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeThat(KillablePostgres.canHaveDisk(disk)).as("may mount a disk").isTrue();
        try (KillablePostgres server = new KillablePostgres(folder.resolve("data"))) {
            server.kill();
            server.startWithDisk(disk, DISK_MEBIBYTES);
            server.execute("create tablespace small location '" + disk + "'");
            JdbcStateStore store =
                    JdbcStateStore.builder(server.url()).lease(LEASE).open();
            server.execute("alter table etl.pipeline_tasks set tablespace small");
            try (Logged log = new Logged();
                    Etl etl = Etl.builder().store(store).build()) {
                Pipeline pipeline = pipeline();
                fill(server);
                RunHandle waiting = etl.submit(pipeline, Arguments.none());
                assertThat(log.await(FULL))
                        .contains("the state cannot be stored now")
                        .hasSizeLessThan(500);
                server.execute("drop table filler");
                waiting.await().orThrow();
                assertThat(executions).hasValue(1);

                fill(server);
                RunHandle stopped = etl.submit(pipeline, Arguments.none());
                assertThatThrownBy(stopped::await)
                        .isInstanceOf(RunStoppedException.class)
                        .hasMessageContaining("the state of the run cannot be stored: ERROR: could not extend file")
                        .hasMessageContaining(FULL)
                        .satisfies(failure -> assertThat(stack(failure)).hasSizeLessThan(20_000));
                server.execute("drop table filler");
                etl.resume(stopped.id(), pipeline).await().orThrow();
            }
        }
    }

    /** Would be much longer if it held the output. */
    private static String stack(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static void fill(KillablePostgres server) throws SQLException {
        server.execute("create table filler (text text) tablespace small");
        for (int rows = 100_000; rows > 0; rows /= 10) {
            try {
                while (true) {
                    server.execute("insert into filler select repeat('x', 100) from generate_series(1, " + rows + ")");
                }
            } catch (SQLException full) {
                assertThat(full.getMessage()).contains(FULL);
            }
        }
    }
}
