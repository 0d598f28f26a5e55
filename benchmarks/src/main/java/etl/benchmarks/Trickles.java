package etl.benchmarks;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.spotify.trickle.Func0;
import com.spotify.trickle.Graph;
import com.spotify.trickle.Trickle;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Trickle: the graph is made before. */
final class Trickles implements Contestant {
    private static final ListenableFuture<Boolean> DONE = Futures.immediateFuture(true);

    @Override
    public int limit(Shape shape) {
        return shape == Shape.CHAIN ? 1_000 : Integer.MAX_VALUE; // It overflows the stack.
    }

    @Override
    public Prepared prepare(etl.benchmarks.Graph graph, IntConsumer body) {
        ForkJoinPool executor = Threads.open();
        Graph<?>[] tasks = new Graph<?>[graph.size()];
        for (int i = 0; i < tasks.length; i++) {
            int task = i;
            Func0<Boolean> code = () -> {
                body.accept(task);
                return DONE;
            };
            tasks[i] = Trickle.call(code).after(select(tasks, graph.upstream(i)));
        }
        Graph<?> end = Trickle.call((Func0<Boolean>) () -> DONE).after(select(tasks, graph.leaves()));
        return Prepared.of(executor, () -> end.run(executor).get(TIME_LIMIT.toSeconds(), TimeUnit.SECONDS));
    }

    private static Graph<?>[] select(Graph<?>[] tasks, int[] numbers) {
        return IntStream.of(numbers).mapToObj(number -> tasks[number]).toArray(Graph<?>[]::new);
    }
}
