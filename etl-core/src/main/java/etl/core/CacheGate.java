package etl.core;

import etl.core.spi.CacheClaim;
import etl.core.spi.CacheKey;
import etl.core.spi.CacheRequest;
import etl.core.spi.OutputCache;
import etl.core.spi.RunListener.CacheResult;
import etl.core.spi.StateStoreException;
import etl.core.spi.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the cached task runs of one run pass before each attempt, before they ask for slots: their outputs are looked up,
 * or they wait, without a thread, until somebody else has computed them. What has to be computed goes on to the workers
 * with a claim, which ends with the attempt. No failure of the cache is one of the run: without it, tasks are executed.
 *
 * <p>Whoever decides a {@link Lookup} says what becomes of the task run: what has been found, a cancel, or the alarm that
 * ends the wait.
 */
final class CacheGate {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);
    private static final int MOST_LOOKUPS = 4;

    private final Owner owner;
    private final RunScope scope;
    private final Pipeline pipeline;
    private final OutputCache cache;
    private final CacheKeys keys;
    private final int mostLookups;
    private final Queue<Lookup> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger busy = new AtomicInteger();
    private final Set<Lookup> open = ConcurrentHashMap.newKeySet();
    private final Map<TaskRun, Decided> decided = new ConcurrentHashMap<>();
    private final Set<CacheKey> computed = ConcurrentHashMap.newKeySet();
    private final ReadWriteLock ending = new ReentrantReadWriteLock();
    private volatile boolean closed;
    private volatile boolean ended;

    /** The run. */
    interface Owner {
        /** What the code of a task run reads. */
        TaskBody.Inputs inputs(TaskRun run);

        /** The task run has to be executed. Does not block. */
        void uncached(TaskRun run);

        /** The output of the task run is there. */
        void cached(TaskRun run, CacheClaim.Found output);

        /** What a look-up has come to, for listeners. */
        void told(TaskRun run, CacheResult result);

        /** Does something on a thread that may block. */
        void hand(Runnable action);

        void failed(Throwable defect);
    }

    /** Why a task run is executed: its output has been claimed, or its key could not be computed, or neither. */
    private record Decided(
            CacheClaim.@Nullable Ticket ticket, @Nullable Throwable failure) {}

    CacheGate(Owner owner, RunScope scope) {
        this.owner = owner;
        this.scope = scope;
        this.pipeline = scope.pipeline();
        this.cache = scope.settings().store().outputCache();
        this.keys = new CacheKeys(pipeline, scope.arguments(), scope.run().dataInterval(), cache);
        this.mostLookups = Math.min(
                MOST_LOOKUPS, pipeline.parallelism().orElse(scope.settings().parallelism()));
    }

    /** One task run that passes the gate. */
    private final class Lookup {
        private final TaskRun run;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile Time.Alarm timeout = Time.Alarm.NONE;
        private volatile CacheWaiters.@Nullable Waiter waiter;
        private volatile @Nullable CacheKey key;
        private volatile boolean impatient;
        private boolean toldToWait;

        Lookup(TaskRun run) {
            this.run = run;
        }

        /** True for the one caller that says what becomes of the task run. */
        boolean decide() {
            if (!over.compareAndSet(false, true)) {
                return false;
            }
            open.remove(this);
            timeout.cancel();
            leave();
            return true;
        }

        void leave() {
            CacheWaiters.Waiter waits = waiter;
            if (waits != null) {
                waits.leave();
            }
        }
    }

    /** Takes a task run that is to be executed; false if that has no cache, or the gate is closed. */
    boolean takes(TaskRun run) {
        if (closed || pipeline.cache(run.task()) == null || isMappedAsAWhole(run)) {
            return false;
        }
        Lookup lookup = new Lookup(run);
        open.add(lookup);
        pipeline.task(run.task())
                .timeout()
                .ifPresent(limit ->
                        lookup.timeout = scope.settings().time().after(limit, () -> owner.hand(() -> hasty(lookup))));
        if (closed && lookup.decide()) {
            return false;
        }
        enqueue(lookup);
        return true;
    }

    private boolean isMappedAsAWhole(TaskRun run) {
        return !run.isElement() && pipeline.mapping(run.task()).isPresent();
    }

    private void enqueue(Lookup lookup) {
        queue.add(lookup);
        start();
    }

    private void start() {
        int now = busy.get();
        while (now < mostLookups) {
            if (busy.compareAndSet(now, now + 1)) {
                owner.hand(this::lookUp);
                return;
            }
            now = busy.get();
        }
    }

    private void lookUp() {
        try {
            for (Lookup lookup = queue.poll(); lookup != null; lookup = queue.poll()) {
                lookUp(lookup);
            }
        } catch (RuntimeException | Error defect) {
            owner.failed(defect);
        } finally {
            busy.decrementAndGet();
            if (!queue.isEmpty()) {
                start();
            }
        }
    }

    private void lookUp(Lookup lookup) {
        synchronized (lookup) {
            if (lookup.over.get()) {
                return;
            }
            CacheClaim claim;
            try {
                claim = claim(lookup);
            } catch (StateStoreException unreachable) {
                LOG.warn(
                        "run {}: task '{}' is executed without its cache",
                        scope.run().id(),
                        pipeline.task(lookup.run.task()).id(),
                        unreachable);
                execute(lookup, new Decided(null, null));
                return;
            } catch (Throwable failure) {
                execute(lookup, new Decided(null, failure));
                return;
            }
            if (claim instanceof CacheClaim.Found found) {
                end(lookup, found);
            } else if (claim instanceof CacheClaim.Ticket ticket) {
                if (!execute(lookup, new Decided(ticket, null))) {
                    release(List.of(ticket));
                }
            } else {
                await(lookup);
            }
        }
    }

    /** Not when the run has ended, since somebody else may be executing it by then. */
    private void end(Lookup lookup, CacheClaim.Found found) {
        ending.readLock().lock();
        try {
            if (!ended && lookup.decide()) {
                owner.cached(lookup.run, found);
            }
        } finally {
            ending.readLock().unlock();
        }
    }

    private CacheClaim claim(Lookup lookup) throws Exception {
        CacheKey key = lookup.key;
        if (key == null) {
            key = keys.of(lookup.run, owner.inputs(lookup.run));
            lookup.key = key;
        }
        if (!scope.refreshes(lookup.run.task())) {
            return claim(lookup, key, false);
        }
        synchronized (computed) {
            return claim(lookup, key, !computed.contains(key));
        }
    }

    private CacheClaim claim(Lookup lookup, CacheKey key, boolean ignored) throws Exception {
        return cache.claim(new CacheRequest(
                key, CacheKeys.outputType(pipeline, lookup.run), scope.run().id(), ignored, lookup.impatient));
    }

    private boolean execute(Lookup lookup, Decided why) {
        if (!lookup.decide()) {
            return false;
        }
        TaskRun run = lookup.run;
        decided.put(run, why);
        if ((ended || run.state().isFinal()) && decided.remove(run, why)) {
            return false;
        }
        if (run.attemptsSinceStart() == 0) {
            owner.told(run, CacheResult.MISS);
        }
        owner.uncached(run);
        return true;
    }

    private void await(Lookup lookup) {
        if (!lookup.toldToWait) {
            lookup.toldToWait = true;
            owner.told(lookup.run, CacheResult.WAITING);
        }
        lookup.waiter = scope.settings()
                .cacheWaiters()
                .await(
                        Objects.requireNonNull(lookup.key),
                        scope.settings().executor().stepsOf(scope.run().id()),
                        () -> enqueue(lookup));
        if (lookup.over.get()) {
            lookup.leave();
        }
    }

    /**
     * The task's timeout is over before its first attempt: it is executed now, even though somebody else is computing the
     * same output, or what finds out its key has not returned.
     */
    private void hasty(Lookup lookup) {
        if (lookup.key == null) {
            execute(lookup, new Decided(null, null));
        } else {
            lookup.impatient = true;
            lookup.leave();
            lookUp(lookup);
        }
    }

    // --- attempts --------------------------------------------------------------------------------------------------

    /** The code of a task run, or what fails in its place because its key could not be computed. */
    TaskBody body(TaskRun run) {
        Decided why = decided.get(run);
        Throwable failure = why == null ? null : why.failure();
        return failure == null ? pipeline.body(run.task()) : TaskBody.failing(failure);
    }

    /** An attempt has ended; if it has returned, others may use the output from now on. */
    void ended(TaskRun run, @Nullable Object output, @Nullable Throwable failure) {
        if (failure != null) {
            givenUp(run);
            return;
        }
        Decided why = decided.remove(run);
        if (why != null && why.ticket() != null) {
            keep(run, why.ticket(), output);
        }
    }

    private void keep(TaskRun run, CacheClaim.Ticket ticket, @Nullable Object output) {
        CachePlan plan = Objects.requireNonNull(pipeline.cache(run.task()));
        try {
            if (scope.refreshes(run.task())) {
                // Nobody claims the key between the two.
                synchronized (computed) {
                    complete(run, plan, ticket, output);
                    computed.add(ticket.key());
                }
            } else {
                complete(run, plan, ticket, output);
            }
        } catch (RuntimeException notKept) {
            LOG.warn("run {}: the {} is not kept for reuse", scope.run().id(), ticket.key(), notKept);
            release(List.of(ticket));
        }
        scope.settings().cacheWaiters().settled(ticket.key());
    }

    private void complete(TaskRun run, CachePlan plan, CacheClaim.Ticket ticket, @Nullable Object output) {
        cache.complete(
                ticket,
                output,
                CacheKeys.outputType(pipeline, run),
                plan.cache().ttl());
    }

    /** The task run is not executed any more, or its attempt has not returned: somebody else may compute the output. */
    void givenUp(TaskRun run) {
        Decided why = decided.remove(run);
        CacheClaim.Ticket ticket = why == null ? null : why.ticket();
        if (ticket != null) {
            release(List.of(ticket));
        }
    }

    /** Those that wait for their slots and are not wanted any more are not executed. */
    void releaseUnless(Predicate<TaskRun> wanted) {
        for (TaskRun run : List.copyOf(decided.keySet())) {
            if (run.state() != TaskState.RUNNING && !wanted.test(run)) {
                givenUp(run);
            }
        }
    }

    private void release(List<CacheClaim.Ticket> tickets) {
        try {
            cache.release(tickets);
        } catch (StateStoreException unreachable) {
            LOG.warn(
                    "run {}: claims of cached outputs end by themselves later",
                    scope.run().id(),
                    unreachable);
        }
        tickets.forEach(ticket -> scope.settings().cacheWaiters().settled(ticket.key()));
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    /** Nobody waits any more, and no further task run passes. */
    void cancel() {
        closed = true;
        for (Lookup lookup : open) {
            if (lookup.decide()) {
                owner.uncached(lookup.run);
            }
        }
    }

    /** Releases what the run still claims. */
    void close() {
        closed = true;
        ending.writeLock().lock();
        try {
            ended = true;
        } finally {
            ending.writeLock().unlock();
        }
        open.forEach(Lookup::decide);
        List<CacheClaim.Ticket> left = new ArrayList<>();
        for (TaskRun run : List.copyOf(decided.keySet())) {
            Decided why = decided.remove(run);
            CacheClaim.Ticket ticket = why == null ? null : why.ticket();
            if (ticket != null) {
                left.add(ticket);
            }
        }
        if (!left.isEmpty()) {
            release(left);
        }
    }
}
