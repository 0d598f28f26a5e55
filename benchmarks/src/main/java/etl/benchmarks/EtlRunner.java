package etl.benchmarks;

import etl.core.ActionBuilder;
import etl.core.Etl;
import etl.core.EtlBuilder;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RetryPolicy;
import etl.core.TaskRef;
import etl.core.spi.RunListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;

/**
 * This library: the pipeline is built before, each run has an orchestrator of its own, since one would keep the states of
 * the last 100 runs in memory.
 */
final class EtlRunner implements Contestant {
    private final Set<Feature> features;

    enum Feature {
        RETRY,
        LISTENER,
        POOL,
        /** Threads of the host instead of its own. */
        HOSTED
    }

    EtlRunner(Set<Feature> features) {
        this.features = features;
    }

    @Override
    public Prepared prepare(Graph graph, IntConsumer body) {
        Pipeline pipeline = declare(graph, body).build();
        ForkJoinPool executor = Threads.open();
        return Prepared.of(executor, () -> {
            try (Etl etl = orchestrator(executor)) {
                etl.run(pipeline).orThrow();
            }
        });
    }

    PipelineBuilder declare(Graph graph, IntConsumer body) {
        PipelineBuilder pipeline = Pipeline.named("benchmark");
        TaskRef<?>[] tasks = new TaskRef<?>[graph.size()];
        for (int i = 0; i < tasks.length; i++) {
            int number = i;
            ActionBuilder task = pipeline.task("t" + i);
            for (int source : graph.upstream(i)) {
                task.after(tasks[source]);
            }
            if (features.contains(Feature.RETRY)) {
                task.retry(RetryPolicy.attempts(3).exponential(Duration.ofSeconds(1), Duration.ofMinutes(1)));
            }
            if (features.contains(Feature.POOL)) {
                task.pool("cores");
            }
            tasks[i] = task.run(context -> body.accept(number));
        }
        return pipeline;
    }

    private Etl orchestrator(Executor executor) {
        EtlBuilder etl = Etl.builder().parallelism(Threads.THREADS);
        if (features.contains(Feature.LISTENER)) {
            etl.listener(new Counting());
        }
        if (features.contains(Feature.POOL)) {
            etl.pool("cores", Threads.THREADS);
        }
        if (features.contains(Feature.HOSTED)) {
            etl.executor(executor);
        }
        return etl.build();
    }

    private static final class Counting implements RunListener {
        private final LongAdder started = new LongAdder();
        private final LongAdder ended = new LongAdder();

        @Override
        public boolean synchronous() {
            return true;
        }

        @Override
        public void onTaskStarted(TaskStarted event) {
            started.increment();
        }

        @Override
        public void onTaskEnded(TaskEnded event) {
            ended.increment();
        }

        @Override
        public void onRunEnded(RunEnded event) {
            if (started.sum() != ended.sum()) {
                throw new IllegalStateException(started + " tasks have started, " + ended + " have ended");
            }
        }
    }
}
