package etl.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A process that waits for a line on its standard input, then opens many stores at once, and a run in each. */
final class OpeningProcess {
    static final String READY = "ready";
    static final String DONE = "done";

    private OpeningProcess() {}

    public static void main(String... arguments) throws Exception {
        int stores = Integer.parseInt(arguments[2]);
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<Void>> opened = new ArrayList<>();
        for (int i = 0; i < stores; i++) {
            CompletableFuture<Void> one = new CompletableFuture<>();
            opened.add(one);
            new Thread(() -> {
                        try {
                            go.await();
                            try (JdbcStateStore store = JdbcStateStore.builder(arguments[0])
                                    .schema(arguments[1])
                                    .poolSize(2)
                                    .open()) {
                                StoredRuns.create(store);
                            }
                            one.complete(null);
                        } catch (Throwable failure) {
                            one.completeExceptionally(failure);
                        }
                    })
                    .start();
        }
        System.out.println(READY);
        int line = System.in.read();
        go.countDown();
        opened.forEach(CompletableFuture::join);
        System.out.println(line == '\n' ? DONE : "no line");
    }
}
