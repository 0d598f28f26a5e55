package etl.core;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A run that has been started: watch it, cancel it, wait for it. Safe for use by many threads. */
public final class RunHandle {
    private final RunExecution execution;
    private final CompletableFuture<RunReport> end;

    RunHandle(RunExecution execution, CompletableFuture<RunReport> end) {
        this.execution = execution;
        this.end = end;
    }

    /**
     * The run.
     *
     * @return its id
     */
    public RunId id() {
        return execution.run().id();
    }

    /**
     * How far the run has come.
     *
     * @return the figures of this moment
     */
    public RunProgress progress() {
        return execution.progress();
    }

    /**
     * Asks the run to end: tasks that have not begun are CANCELLED, running ones are interrupted and abandoned after the
     * grace period. Returns at once; a run that has ended stays as it is.
     */
    public void cancel() {
        execution.cancel();
    }

    /**
     * The end of the run.
     *
     * @return a future of the report; it fails with {@link RunStoppedException}; cancelling it does not cancel the run
     */
    public CompletableFuture<RunReport> end() {
        return end.copy();
    }

    /**
     * Waits for the end of the run. If the calling thread is interrupted, the run is cancelled, its end is still waited
     * for, and the thread's interrupt flag is set again.
     *
     * @return the report
     * @throws RunStoppedException if the run was stopped by a shutdown or because its state could not be stored
     */
    @SuppressWarnings("try") // The pause is only opened and closed.
    public RunReport await() {
        boolean interrupted = false;
        try {
            while (true) {
                try (RunWorkers.Pause pause = RunWorkers.pause()) {
                    return end.get();
                } catch (InterruptedException interruption) {
                    interrupted = true;
                    execution.cancel();
                } catch (ExecutionException stopped) {
                    throw unwrapped(stopped);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Waits for the end of the run, but not for ever.
     *
     * @param limit the longest wait
     * @return the report, or empty if the run has not ended by then
     * @throws InterruptedException if the calling thread is interrupted; the run goes on
     * @throws RunStoppedException if the run was stopped by a shutdown or because its state could not be stored
     */
    @SuppressWarnings("try") // The pause is only opened and closed.
    public Optional<RunReport> await(Duration limit) throws InterruptedException {
        try (RunWorkers.Pause pause = RunWorkers.pause()) {
            return Optional.of(end.get(SystemTime.nanos(limit), TimeUnit.NANOSECONDS));
        } catch (TimeoutException notYet) {
            return Optional.empty();
        } catch (ExecutionException stopped) {
            throw unwrapped(stopped);
        }
    }

    private static RuntimeException unwrapped(ExecutionException failure) {
        return failure.getCause() instanceof RunStoppedException stopped
                ? stopped
                : new CompletionException(failure.getCause());
    }
}
