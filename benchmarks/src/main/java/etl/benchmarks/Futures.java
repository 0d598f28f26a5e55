package etl.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;

/** A graph of {@link CompletableFuture}s, which can be used once: its making is measured too. */
final class Futures implements Contestant {
    @Override
    public Prepared prepare(Graph graph, IntConsumer body) {
        ForkJoinPool executor = Threads.open();
        return Prepared.of(executor, () -> execute(graph, body, executor));
    }

    private static void execute(Graph graph, IntConsumer body, ForkJoinPool executor) {
        CompletableFuture<?>[] tasks = new CompletableFuture<?>[graph.size()];
        for (int i = 0; i < tasks.length; i++) {
            int task = i;
            int[] sources = graph.upstream(i);
            tasks[i] = switch (sources.length) {
                case 0 -> CompletableFuture.runAsync(() -> body.accept(task), executor);
                case 1 -> tasks[sources[0]].thenRunAsync(() -> body.accept(task), executor);
                default -> all(tasks, sources).thenRunAsync(() -> body.accept(task), executor);
            };
        }
        CompletableFuture.allOf(tasks).join();
    }

    private static CompletableFuture<Void> all(CompletableFuture<?>[] tasks, int[] sources) {
        CompletableFuture<?>[] upstream = new CompletableFuture<?>[sources.length];
        for (int i = 0; i < upstream.length; i++) {
            upstream[i] = tasks[sources[i]];
        }
        return CompletableFuture.allOf(upstream);
    }
}
