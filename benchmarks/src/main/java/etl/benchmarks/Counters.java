package etl.benchmarks;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;

/**
 * What one would write by hand for just this: a counter of unfinished upstream tasks for each task; who takes the last one
 * away executes the task itself or, if it has one already, hands it to the executor. No states, no errors, no cancel.
 * All tasks have one code, which is told the number of the task, or each has an object of its own, made before, as where each
 * does something else.
 */
final class Counters implements Contestant {
    private final boolean ownCode;

    Counters(boolean ownCode) {
        this.ownCode = ownCode;
    }

    @Override
    public Prepared prepare(Graph graph, IntConsumer body) {
        ForkJoinPool executor = Threads.open();
        IntConsumer code = ownCode ? codeOfEach(graph, body) : body;
        return Prepared.of(executor, () -> new Run(graph, code, executor).run());
    }

    private static IntConsumer codeOfEach(Graph graph, IntConsumer body) {
        Runnable[] codes = new Runnable[graph.size()];
        Arrays.setAll(codes, task -> () -> body.accept(task));
        return task -> codes[task].run();
    }

    private static final class Run {
        private final Graph graph;
        private final IntConsumer body;
        private final ForkJoinPool executor;
        private final AtomicIntegerArray waitingFor;
        private final AtomicInteger open;
        private final CountDownLatch end = new CountDownLatch(1);

        Run(Graph graph, IntConsumer body, ForkJoinPool executor) {
            this.graph = graph;
            this.body = body;
            this.executor = executor;
            this.open = new AtomicInteger(graph.size());
            int[] counts = new int[graph.size()];
            for (int task = 0; task < counts.length; task++) {
                counts[task] = graph.upstream(task).length;
            }
            this.waitingFor = new AtomicIntegerArray(counts);
        }

        void run() throws InterruptedException {
            for (int root : graph.roots()) {
                executor.execute(() -> work(root));
            }
            end.await();
        }

        private void work(int first) {
            int task = first;
            while (task >= 0) {
                body.accept(task);
                int next = -1;
                for (int successor : graph.downstream(task)) {
                    if (waitingFor.decrementAndGet(successor) == 0) {
                        if (next < 0) {
                            next = successor;
                        } else {
                            executor.execute(() -> work(successor));
                        }
                    }
                }
                if (open.decrementAndGet() == 0) {
                    end.countDown();
                }
                task = next;
            }
        }
    }
}
