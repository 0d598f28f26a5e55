package etl.benchmarks.durable;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** What the tasks do: count that they were executed, and that none was before its time. Safe for use by many threads. */
final class Executions {
    private static final long MOST_MINUTES = 10;

    private final Workload workload;
    private final AtomicIntegerArray executions;
    private final AtomicIntegerArray tooEarly;
    private final CountDownLatch left;

    Executions(Workload workload) {
        this.workload = workload;
        this.executions = new AtomicIntegerArray(workload.tasks());
        this.tooEarly = new AtomicIntegerArray(workload.tasks());
        this.left = new CountDownLatch(workload.tasks());
    }

    void execute(int task) {
        if (!workload.isFirst(task) && executions.get(task - 1) == 0) {
            tooEarly.incrementAndGet(task);
        }
        executions.incrementAndGet(task);
        left.countDown();
    }

    /** Returns when so many tasks have begun as there are; their ends need not be stored yet. */
    void await() throws InterruptedException {
        if (!left.await(MOST_MINUTES, TimeUnit.MINUTES)) {
            throw new IllegalStateException(left.getCount() + " of " + workload.tasks() + " tasks were not executed");
        }
    }

    /** Fails unless each task was executed once, after the one that it waits for. */
    void check() {
        for (int task = 0; task < workload.tasks(); task++) {
            if (executions.get(task) != 1) {
                throw new IllegalStateException("task " + task + " was executed " + executions.get(task) + " times");
            }
            if (tooEarly.get(task) != 0) {
                throw new IllegalStateException("task " + task + " was executed before the one that it waits for");
            }
        }
    }
}
