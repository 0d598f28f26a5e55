package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code that waits where an interrupt does not reach it. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StubbornTaskTest {
    /** Lets go what the task waits for. */
    private interface Release {
        void now() throws Exception;
    }

    private static void isGivenUp(Action stubborn, Release release) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        PipelineBuilder builder = Pipeline.named("orders").parallelism(1);
        TaskRef<?> bad = builder.task("bad")
                .timeout(Duration.ofMillis(10))
                .retry(RetryPolicy.attempts(1))
                .run(context -> {
                    try {
                        stubborn.execute(context);
                    } finally {
                        ended.countDown();
                    }
                });
        TaskRef<String> beside = builder.task("beside", String.class).run(context -> "fine");

        try (Etl etl = Etl.builder().grace(Duration.ofMillis(50)).build()) {
            RunReport run = etl.run(builder.build());

            assertThat(run.task(bad).state()).isEqualTo(TaskState.FAILED);
            assertThat(run.output(beside)).isEqualTo("fine");
        }
        release.now();
        ended.await();
    }

    @Test
    void a_task_that_waits_for_a_connection_holds_neither_its_run_nor_the_close_up() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            isGivenUp(context -> server.accept().close(), server::close);
        }
    }

    @Test
    void a_task_that_reads_from_a_silent_peer_holds_neither_its_run_nor_the_close_up() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
            isGivenUp(context -> context.rowsRead(1 + socket.getInputStream().read()), socket::close);
        }
    }

    @Test
    void a_task_that_waits_for_a_lock_holds_neither_its_run_nor_the_close_up() throws Exception {
        Semaphore lock = new Semaphore(0);
        isGivenUp(context -> lock.acquireUninterruptibly(), lock::release);
    }
}
