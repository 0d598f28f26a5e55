package etl.core.spi;

import etl.core.RunId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeoutException;

/**
 * Where runs are executed: the code of their tasks and the runner's own steps. Safe for use by many threads.
 *
 * <p>An application has {@link etl.core.EtlBuilder#executor(Executor)}. This one also sees which run a step belongs to and
 * who waits for a run, so that a waiting thread can execute the steps itself; etl-testkit has such a one.
 */
public interface RunExecutor {
    /**
     * Where the steps of a run are executed: each once, and never within {@link Executor#execute} itself.
     *
     * @param run the run
     * @return an executor, which may be the same for all runs
     */
    Executor stepsOf(RunId run);

    /**
     * Whether the thread that waits for a run executes all its steps. Then no further task of the same run is started in the
     * place of a task that waits for another run, unless a pool demands it. Asked once for each run.
     *
     * @return default false
     */
    default boolean isSerial() {
        return false;
    }

    /**
     * Where a run that is stopped comes to its end, perhaps while its own threads are busy or shut down.
     *
     * @param run the run
     * @return an executor that does not reject; default {@link ForkJoinPool#commonPool()}
     */
    default Executor endsOf(RunId run) {
        return ForkJoinPool.commonPool();
    }

    /**
     * Waits for something that the steps of a run bring about. Called also by threads that execute a task.
     *
     * @param run the run
     * @param end what is waited for
     * @param limit the longest wait, not negative
     * @param <T> the type of the result
     * @return the result
     * @throws InterruptedException if the calling thread is interrupted
     * @throws ExecutionException if it ends with an exception
     * @throws TimeoutException if it has not ended within the limit
     */
    <T> T await(RunId run, CompletableFuture<T> end, Duration limit)
            throws InterruptedException, ExecutionException, TimeoutException;
}
