package etl.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Tries how large a graph each contestant can execute at all: the reasons for {@link Contestant#limit}. */
public final class Limits {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Limits() {}

    /**
     * Prints a line for each contestant and shape.
     *
     * @param args names of {@link Contestants}, or none for all
     */
    public static void main(String... args) throws InterruptedException {
        List<Contestants> chosen = args.length == 0
                ? List.of(Contestants.values())
                : List.of(args).stream().map(Contestants::valueOf).toList();
        for (Contestants contestant : chosen) {
            for (Shape shape : Shape.values()) {
                StringBuilder line = new StringBuilder(contestant + " " + shape);
                for (int tasks : new int[] {1_000, 10_000, 100_000}) {
                    line.append(", ").append(tasks).append(": ").append(attempt(contestant, shape, tasks));
                }
                System.out.println(line);
            }
        }
        System.exit(0); // Some never end.
    }

    private static String attempt(Contestants contestant, Shape shape, int tasks) throws InterruptedException {
        CompletableFuture<String> end = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try (Contestant.Prepared prepared = contestant.contestant().prepare(shape.graph(tasks), task -> {})) {
                long start = System.nanoTime();
                prepared.run();
                end.complete(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
            } catch (Throwable failure) {
                end.complete(rootCause(failure).toString());
            }
        });
        thread.setDaemon(true);
        thread.start();
        try {
            return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException tooSlow) {
            return "not within " + PATIENCE.toSeconds() + " s";
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
