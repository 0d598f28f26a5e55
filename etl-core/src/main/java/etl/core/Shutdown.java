package etl.core;

import etl.core.spi.Time;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops the runs of an orchestrator that is closed: what runs may end for a while, then it is interrupted. */
final class Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final RunSettings settings;
    private final LiveRuns live;

    Shutdown(RunSettings settings, LiveRuns live) {
        this.settings = settings;
        this.live = live;
    }

    /** Lets attempts end, for no longer than the limit; a task that closes its own orchestrator cannot wait for itself. */
    void drain(Duration limit) {
        if (limit.isZero() || RunWorkers.isCaller(settings.slots())) {
            return;
        }
        List<RunExecution> draining = live.startedByNoTask();
        List<CompletableFuture<Boolean>> drained =
                draining.stream().map(RunExecution::drain).toList();
        CompletableFuture<Boolean> late = new CompletableFuture<>();
        Time.Alarm alarm = settings.time().after(limit, () -> late.complete(true));
        try {
            for (int i = 0; i < draining.size(); i++) {
                RunExecution execution = draining.get(i);
                CompletableFuture<Object> done =
                        CompletableFuture.anyOf(drained.get(i), execution.end().handle((report, failure) -> 0), late);
                settings.executor().await(execution.run().id(), done, SystemTime.FOREVER);
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            alarm.cancel();
        }
    }

    /** Interrupts attempts and waits until they have ended or are abandoned. */
    void stop() {
        live.close();
        List<RunExecution> stopping = live.executions();
        stopping.forEach(RunExecution::shutDown);
        long deadline = System.nanoTime() + SystemTime.nanos(settings.grace()) + TimeUnit.SECONDS.toNanos(1);
        for (RunExecution execution : stopping) {
            try {
                settings.executor()
                        .await(
                                execution.run().id(),
                                execution.end().handle((report, failure) -> 0),
                                Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
                return;
            } catch (ExecutionException | TimeoutException late) {
                LOG.warn(
                        "run {} has not ended within the grace period",
                        execution.run().id());
            }
        }
    }
}
