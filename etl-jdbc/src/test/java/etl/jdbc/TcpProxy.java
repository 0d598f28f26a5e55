package etl.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * A network between clients and a server, which can be slow, silent or cut. Commits are seen in the bytes of the clients, whose
 * statements have to be sent as they are: {@link #url} says so to the driver.
 */
final class TcpProxy implements AutoCloseable {
    /** Where a connection is cut. */
    enum Cut {
        NOWHERE,
        BEFORE_COMMIT,
        AFTER_COMMIT,
        BEFORE_ITS_ANSWER
    }

    /** The command, and a statement that is a transaction by itself. */
    private static final Pattern COMMIT = Pattern.compile("COMMIT\0|insert into \"etl\"\\.pipeline_tasks");

    private final URI server;
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Cut> next = new AtomicReference<>(Cut.NOWHERE);
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile Duration latency = Duration.ZERO;
    private volatile CountDownLatch flowing = new CountDownLatch(0);

    TcpProxy(String databaseUrl) throws IOException {
        server = URI.create(databaseUrl);
        thread(this::accept);
    }

    String url() {
        return "postgresql://" + server.getUserInfo() + "@localhost:" + listening.getLocalPort() + server.getPath()
                + "?prepareThreshold=0&sslmode=disable";
    }

    /** Of each message of a client. */
    void delay(Duration each) {
        latency = each;
    }

    /** From now on nothing arrives on either side, and nobody is told. */
    void stall() {
        flowing = new CountDownLatch(1);
    }

    void goOn() {
        flowing.countDown();
    }

    /** Cuts the connection on which the next commit is sent. */
    void cutNext(Cut cut) {
        next.set(cut);
    }

    int cuts() {
        return cuts.get();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            Socket behind = new Socket(server.getHost(), server.getPort());
            open.add(client);
            open.add(behind);
            AtomicReference<Cut> cut = new AtomicReference<>(Cut.NOWHERE);
            thread(() -> toServer(client, behind, cut));
            thread(() -> toClient(behind, client, cut));
        }
    }

    private void toServer(Socket client, Socket behind, AtomicReference<Cut> cut) throws IOException {
        try (client;
                behind) {
            InputStream in = client.getInputStream();
            OutputStream out = behind.getOutputStream();
            byte[] bytes = new byte[64 * 1024];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                pass(latency);
                boolean commits = COMMIT.matcher(new String(bytes, 0, read, StandardCharsets.ISO_8859_1))
                        .find();
                Cut here = commits ? next.getAndSet(Cut.NOWHERE) : Cut.NOWHERE;
                if (here != Cut.NOWHERE) {
                    cuts.incrementAndGet();
                    cut.set(here);
                }
                if (here == Cut.BEFORE_COMMIT) {
                    return;
                }
                out.write(bytes, 0, read);
                if (here == Cut.AFTER_COMMIT) {
                    return;
                }
            }
        }
    }

    private void toClient(Socket behind, Socket client, AtomicReference<Cut> cut) throws IOException {
        try (client;
                behind) {
            InputStream in = behind.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] bytes = new byte[64 * 1024];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                pass(Duration.ZERO);
                if (cut.get() == Cut.BEFORE_ITS_ANSWER) {
                    return;
                }
                out.write(bytes, 0, read);
            }
        }
    }

    private void pass(Duration delay) {
        long end = System.nanoTime() + delay.toNanos();
        for (long left = delay.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        try {
            flowing.await();
        } catch (InterruptedException never) {
            throw new IllegalStateException(never);
        }
    }

    /** What one of the threads does until its connection ends. */
    private interface Traffic {
        void flow() throws IOException;
    }

    private static void thread(Traffic traffic) {
        Thread thread = new Thread(
                () -> {
                    try {
                        traffic.flow();
                    } catch (IOException ended) {
                        // Either side has closed it.
                    }
                },
                "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        goOn();
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
