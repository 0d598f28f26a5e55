package etl.core;

import etl.core.spi.RunExecutor;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** A run that has been started: watch it, cancel it, wait for it. Safe for use by many threads. */
public final class RunHandle {
    private final Run run;
    private final CompletableFuture<RunReport> end;
    private final boolean existing;

    /** What a handle is for: a run that is executed here or followed from here. */
    interface Run {
        RunId id();

        RunExecutor executor();

        RunProgress progress();

        void cancel();
    }

    RunHandle(Run run, CompletableFuture<RunReport> end) {
        this(run, end, false);
    }

    private RunHandle(Run run, CompletableFuture<RunReport> end, boolean existing) {
        this.run = run;
        this.end = end;
        this.existing = existing;
    }

    /** The same run for somebody who wanted to start it and was not the first. */
    RunHandle toExisting(Pipeline theirs) {
        return new RunHandle(run, end.thenApply(report -> report.of(theirs)), true);
    }

    /**
     * The run.
     *
     * @return its id
     */
    public RunId id() {
        return run.id();
    }

    /**
     * Whether the run had been started before, by a submit with the same {@linkplain RunOptions#key(String) run key}.
     *
     * @return false if the call that returned this handle has started or resumed the run
     */
    public boolean isExisting() {
        return existing;
    }

    /**
     * How far the run has come. For a run that this orchestrator does not execute, this reads the store.
     *
     * @return the figures of this moment
     * @throws etl.core.spi.StateStoreException if the store has to be read and cannot be used
     */
    public RunProgress progress() {
        return run.progress();
    }

    /**
     * Asks the run to end: tasks that have not begun are CANCELLED, running ones are interrupted and abandoned after the
     * grace period. Returns at once; a run that has ended stays as it is. If another process executes the run, the request
     * is recorded, and that process follows it within a few seconds.
     *
     * @throws etl.core.spi.StateStoreException if the request has to be recorded and the store cannot be used
     */
    public void cancel() {
        run.cancel();
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
     * for, and the thread's interrupt flag is set again. An {@linkplain #isExisting() existing} run goes on instead, since
     * others wait for it, and only the wait ends.
     *
     * @return the report
     * @throws CancellationException if the calling thread is interrupted while it waits for an existing run; its
     *     interrupt flag is set again
     * @throws RunStoppedException if the run was stopped by a shutdown or because its state could not be stored
     */
    @SuppressWarnings("try") // The pause is only opened and closed.
    public RunReport await() {
        boolean interrupted = false;
        try {
            while (true) {
                try (RunWorkers.Pause pause = RunWorkers.pause()) {
                    return run.executor().await(run.id(), end, SystemTime.FOREVER);
                } catch (InterruptedException interruption) {
                    interrupted = true;
                    if (existing) {
                        throw new CancellationException(
                                "interrupted while waiting for run " + run.id() + ", which goes on");
                    }
                    run.cancel();
                } catch (ExecutionException stopped) {
                    throw unwrapped(stopped);
                } catch (TimeoutException aHundredYears) {
                    // Go on waiting.
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
            return Optional.of(run.executor().await(run.id(), end, limit));
        } catch (TimeoutException notYet) {
            return Optional.empty();
        } catch (ExecutionException stopped) {
            throw unwrapped(stopped);
        }
    }

    /**
     * Waits until one of several runs has ended, in whatever way.
     *
     * @param runs at least one run
     * @throws IllegalArgumentException if there is none
     * @throws InterruptedException if the calling thread is interrupted; the runs go on
     */
    public static void awaitAny(Collection<RunHandle> runs) throws InterruptedException {
        awaitAny(runs, SystemTime.FOREVER);
    }

    /**
     * Waits until one of several runs has ended, in whatever way, but not for ever.
     *
     * @param runs at least one run
     * @param limit the longest wait
     * @return false if none has ended by then
     * @throws IllegalArgumentException if there is none
     * @throws InterruptedException if the calling thread is interrupted; the runs go on
     */
    @SuppressWarnings("try") // The pause is only opened and closed.
    public static boolean awaitAny(Collection<RunHandle> runs, Duration limit) throws InterruptedException {
        RunHandle one = runs.stream()
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no run to wait for"));
        CompletableFuture<Object> any =
                CompletableFuture.anyOf(runs.stream().map(run -> run.end).toArray(CompletableFuture<?>[]::new));
        try (RunWorkers.Pause pause = RunWorkers.pause()) {
            one.run.executor().await(one.id(), any, limit);
            return true;
        } catch (ExecutionException stopped) {
            return true;
        } catch (TimeoutException notYet) {
            return false;
        }
    }

    private static RuntimeException unwrapped(ExecutionException failure) {
        return failure.getCause() instanceof RunStoppedException stopped
                ? stopped
                : new CompletionException(failure.getCause());
    }
}
