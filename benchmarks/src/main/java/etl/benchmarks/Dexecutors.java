package etl.benchmarks;

import com.github.dexecutor.core.DefaultDexecutor;
import com.github.dexecutor.core.DexecutorConfig;
import com.github.dexecutor.core.ExecutionConfig;
import com.github.dexecutor.core.task.ExecutionResults;
import com.github.dexecutor.core.task.Task;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;

/** Dexecutor: it can be used once, so the making of the graph is measured too. */
final class Dexecutors implements Contestant {
    @Override
    public int limit(Shape shape) {
        return shape == Shape.CHAIN ? 1_000 : 10_000; // Quadratic, and it overflows the stack on long chains.
    }

    @Override
    public Prepared prepare(Graph graph, IntConsumer body) {
        ForkJoinPool executor = Threads.open();
        return Prepared.of(executor, () -> {
            DexecutorConfig<Integer, Boolean> config =
                    new DexecutorConfig<>(executor, number -> new Body(body, number));
            DefaultDexecutor<Integer, Boolean> dexecutor = new DefaultDexecutor<>(config);
            for (int task = 0; task < graph.size(); task++) {
                if (graph.upstream(task).length == 0) {
                    dexecutor.addIndependent(task);
                }
                for (int source : graph.upstream(task)) {
                    dexecutor.addDependency(source, task);
                }
            }
            ExecutionResults<Integer, Boolean> results = dexecutor.execute(ExecutionConfig.TERMINATING);
            if (!results.getErrored().isEmpty()) {
                throw new IllegalStateException(results.toString());
            }
        });
    }

    private static final class Body extends Task<Integer, Boolean> {
        private final transient IntConsumer body;
        private final int number;

        Body(IntConsumer body, int number) {
            this.body = body;
            this.number = number;
        }

        @Override
        public Boolean execute() {
            body.accept(number);
            return true;
        }
    }
}
