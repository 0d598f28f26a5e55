package etl.core;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The task runs of one run that only wait for a worker, in the order of their turn. Safe for use by many threads. */
interface ReadyQueue {
    void add(TaskRun run);

    @Nullable
    TaskRun poll();

    boolean isEmpty();

    /** First come, first served, or by {@link Turn} if the pipeline has priorities. */
    static ReadyQueue of(Pipeline pipeline) {
        return pipeline.hasPriorities() ? new ByPriority(pipeline) : new InOrder();
    }

    /** For pipelines without priorities. */
    final class InOrder implements ReadyQueue {
        private final Queue<TaskRun> queue = new ConcurrentLinkedQueue<>();

        @Override
        public void add(TaskRun run) {
            queue.add(run);
        }

        @Override
        public @Nullable TaskRun poll() {
            return queue.poll();
        }

        @Override
        public boolean isEmpty() {
            return queue.isEmpty();
        }
    }

    /** For pipelines with priorities. */
    final class ByPriority implements ReadyQueue {
        private final Pipeline pipeline;
        private final AtomicLong arrivals = new AtomicLong();
        private final TurnQueue<Entry> queue = new TurnQueue<>();

        private record Entry(long turn, TaskRun run) implements TurnQueue.Waiting {}

        private ByPriority(Pipeline pipeline) {
            this.pipeline = pipeline;
        }

        @Override
        public synchronized void add(TaskRun run) {
            int priority = pipeline.task(run.task()).priority();
            queue.add(new Entry(Turn.of(arrivals.getAndIncrement(), priority), run));
        }

        @Override
        public synchronized @Nullable TaskRun poll() {
            Entry first = queue.poll();
            return first == null ? null : first.run();
        }

        @Override
        public synchronized boolean isEmpty() {
            return queue.isEmpty();
        }
    }
}
