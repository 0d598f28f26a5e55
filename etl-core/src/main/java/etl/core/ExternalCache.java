package etl.core;

import etl.core.spi.CacheClaim;
import etl.core.spi.CacheKey;
import etl.core.spi.CacheRequest;
import etl.core.spi.OutputCache;
import etl.core.spi.RunInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.RunListener.CacheResult;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache of one attempt that an outside engine has started. The calling thread waits while another run computes the same
 * output, since its process is there for nothing else.
 */
final class ExternalCache {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);

    private final RunSettings settings;
    private final Pipeline pipeline;
    private final RunInfo run;
    private final OutputCache cache;
    private final TaskRun taskRun;
    private final CachePlan plan;
    private final RunEvents events;
    private CacheClaim.@Nullable Ticket ticket;
    private @Nullable Throwable failure;

    private ExternalCache(RunSettings settings, Pipeline pipeline, RunInfo run, int task, CachePlan plan) {
        this.settings = settings;
        this.pipeline = pipeline;
        this.run = run;
        this.cache = settings.store().outputCache();
        this.taskRun = new TaskRun(TaskRuns.ofTasks(), task);
        this.plan = plan;
        this.events = settings.listeners().of(pipeline, run, settings.time());
    }

    /** Empty for a task without a cache. */
    static Optional<ExternalCache> of(RunSettings settings, Pipeline pipeline, RunInfo run, int task) {
        return Optional.ofNullable(pipeline.cache(task))
                .map(plan -> new ExternalCache(settings, pipeline, run, task, plan));
    }

    /**
     * Ends the task with the output that is there, or as cancelled if the calling thread is interrupted while it waits.
     *
     * @param attempts how many attempts the task has had
     * @return empty if the attempt has to be executed, and then be {@linkplain #ended ended}
     */
    Optional<EngineAttempt> reuse(int attempts, Map<String, Object> arguments, TaskBody.Inputs inputs) {
        String id = pipeline.task(taskRun.task()).id();
        try {
            return find(arguments, inputs)
                    .map(found -> end(TaskChange.cached(
                            id,
                            attempts,
                            settings.time().instant(),
                            found.output(),
                            CacheKeys.outputType(pipeline, taskRun),
                            found.run())));
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return Optional.of(end(TaskChange.ended(
                    id, attempts, TaskState.CANCELLED, settings.time().instant())));
        }
    }

    private EngineAttempt end(TaskChange change) {
        try (RunJournal journal = settings.store().journal(run.id())) {
            Durably.write(journal, change);
        }
        events.tell(new RunListener.TaskEnded(
                run,
                change.taskId(),
                change.mapIndex(),
                change.attempt(),
                change.state(),
                Duration.ZERO,
                change.rows(),
                Optional.empty(),
                change.cachedFrom()));
        return new EngineAttempt(
                change.state(), change.attempt(), false, Duration.ZERO, Optional.empty(), change.output());
    }

    private void tell(CacheResult result) {
        String id = pipeline.task(taskRun.task()).id();
        events.tell(new RunListener.CacheChecked(run, id, StoredTask.NOT_MAPPED, result));
    }

    private Optional<CacheClaim.Found> find(Map<String, Object> arguments, TaskBody.Inputs inputs)
            throws InterruptedException {
        try {
            CacheKeys keys = new CacheKeys(pipeline, arguments, run.dataInterval(), cache);
            CacheClaim claim = claim(keys.of(taskRun, inputs));
            if (claim instanceof CacheClaim.Found found) {
                tell(CacheResult.HIT);
                return Optional.of(found);
            }
            ticket = (CacheClaim.Ticket) claim;
        } catch (InterruptedException interruption) {
            throw interruption;
        } catch (StateStoreException unreachable) {
            LOG.warn("run {}: a task is executed without its cache", run.id(), unreachable);
        } catch (Exception | StackOverflowError notComputed) {
            failure = notComputed;
        }
        tell(CacheResult.MISS);
        return Optional.empty();
    }

    private CacheClaim claim(CacheKey key) throws InterruptedException {
        Duration limit = pipeline.task(taskRun.task()).timeout().orElse(SystemTime.FOREVER);
        boolean impatient = false;
        boolean waits = false;
        Instant begun = settings.time().instant();
        while (true) {
            CacheClaim claim = cache.claim(new CacheRequest(
                    key, CacheKeys.outputType(pipeline, taskRun), run.id(), run.refreshesCache(), impatient));
            if (!(claim instanceof CacheClaim.Busy)) {
                return claim;
            }
            if (!waits) {
                tell(CacheResult.WAITING);
                waits = true;
            }
            Duration left = limit.minus(Duration.between(begun, settings.time().instant()));
            impatient = left.isNegative() || !settles(key, left);
        }
    }

    /** Waits until nobody computes the output any more; false if that takes too long. */
    private boolean settles(CacheKey key, Duration limit) throws InterruptedException {
        CompletableFuture<Boolean> settled = new CompletableFuture<>();
        CacheWaiters.Waiter waiter =
                settings.cacheWaiters().await(key, settings.executor().stepsOf(run.id()), () -> settled.complete(true));
        try {
            return settings.executor().await(run.id(), settled, limit);
        } catch (TimeoutException tooLong) {
            return false;
        } catch (ExecutionException impossible) {
            throw Durably.unchecked(impossible);
        } finally {
            waiter.leave();
        }
    }

    /** The task's code, or what fails in its place because the key could not be computed. */
    TaskBody body() {
        Throwable why = failure;
        return why == null ? pipeline.body(taskRun.task()) : TaskBody.failing(why);
    }

    /** The attempt has ended, or null if how is not known. */
    void ended(@Nullable EngineAttempt result) {
        CacheClaim.Ticket claimed = ticket;
        if (claimed == null) {
            return;
        }
        try {
            if (result != null && result.state() == TaskState.SUCCEEDED) {
                cache.complete(
                        claimed,
                        result.output(),
                        CacheKeys.outputType(pipeline, taskRun),
                        plan.cache().ttl());
            } else {
                cache.release(List.of(claimed));
            }
        } catch (RuntimeException notKept) {
            LOG.warn("run {}: the {} is not kept for reuse", run.id(), claimed.key(), notKept);
        }
        settings.cacheWaiters().settled(claimed.key());
    }
}
