package etl.benchmarks;

import com.ebay.bascomtask.core.Orchestrator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;

/**
 * BascomTask: its tasks can be used once, so their making is measured too. A function has one or two inputs at most; more
 * are gathered by functions that do nothing.
 */
final class BascomTasks implements Contestant {
    @Override
    public Prepared prepare(Graph graph, IntConsumer body) {
        ForkJoinPool executor = Threads.open();
        return Prepared.of(executor, () -> {
            Orchestrator orchestrator = Orchestrator.create();
            orchestrator.setExecutorService(executor);
            List<CompletableFuture<Boolean>> tasks = new ArrayList<>(graph.size());
            for (int task = 0; task < graph.size(); task++) {
                tasks.add(declare(orchestrator, graph, body, task, tasks));
            }
            List<CompletableFuture<Boolean>> leaves = new ArrayList<>();
            for (int leaf : graph.leaves()) {
                leaves.add(tasks.get(leaf));
            }
            orchestrator.activateAndWait(leaves);
        });
    }

    private static CompletableFuture<Boolean> declare(
            Orchestrator orchestrator,
            Graph graph,
            IntConsumer body,
            int task,
            List<CompletableFuture<Boolean>> tasks) {
        int[] sources = graph.upstream(task);
        if (sources.length == 0) {
            return orchestrator.fn(() -> done(body, task));
        }
        CompletableFuture<Boolean> first = tasks.get(sources[0]);
        for (int i = 1; i < sources.length - 1; i++) {
            first = orchestrator.fn(first, tasks.get(sources[i]), (one, other) -> true);
        }
        return sources.length == 1
                ? orchestrator.fn(first, input -> done(body, task))
                : orchestrator.fn(first, tasks.get(sources[sources.length - 1]), (one, other) -> done(body, task));
    }

    private static boolean done(IntConsumer body, int task) {
        body.accept(task);
        return true;
    }
}
