package etl.core;

import etl.core.spi.RunExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The runs that one orchestrator executes now. Whoever wants to start one claims its id first, before its state is read or
 * written: of two that want the same run, the second must see what the first has made of it.
 */
final class LiveRuns {
    private final Slots slots;
    private final Map<RunId, Claim> claims = new ConcurrentHashMap<>();
    private volatile boolean closed;

    LiveRuns(Slots slots) {
        this.slots = slots;
    }

    /** Claims a run; empty if somebody else has claimed it and it has not ended. */
    Optional<Claim> claim(RunId id) {
        Claim mine = new Claim(id);
        return claims.putIfAbsent(id, mine) == null ? Optional.of(mine) : Optional.empty();
    }

    /**
     * Claims a run that nobody may be executing.
     *
     * @throws ResumeRefusedException if somebody is
     */
    Claim claimIdle(RunId id) {
        return claim(id)
                .orElseThrow(() ->
                        new ResumeRefusedException("run " + id + " is being executed right now; wait for its end"));
    }

    /** Does something with a run that nobody executes meanwhile. */
    void whileIdle(RunId id, Runnable action) {
        claimIdle(id).start(() -> {
            action.run();
            return Optional.empty();
        });
    }

    /** The handle of a run that is executed or being started here. */
    Optional<RunHandle> find(RunId id) {
        Claim claim = claims.get(id);
        if (claim == null) {
            return Optional.empty();
        }
        return claim.handle();
    }

    List<RunExecution> executions() {
        return executions(claim -> true);
    }

    /** But for those that a task has started, which belong to its work. */
    List<RunExecution> startedByNoTask() {
        return executions(claim -> !claim.byTask);
    }

    private List<RunExecution> executions(Predicate<Claim> condition) {
        List<RunExecution> executions = new ArrayList<>();
        for (Claim claim : claims.values()) {
            RunExecution execution = claim.execution;
            if (execution != null && condition.test(claim)) {
                executions.add(execution);
            }
        }
        return executions;
    }

    /** What is started from now on is stopped at once. */
    void close() {
        closed = true;
    }

    /** The right to execute a run. */
    final class Claim {
        private final RunId id;
        private final boolean byTask = RunWorkers.isCaller(slots);
        private final CompletableFuture<Optional<RunHandle>> handle = new CompletableFuture<>();
        private final Thread starter = Thread.currentThread();
        private volatile @Nullable RunExecution execution;
        private volatile @Nullable RunHandle beingStarted;

        private Claim(RunId id) {
            this.id = id;
        }

        /** Waits until the run has been started or given up; whoever is called by that start cannot wait for it. */
        private Optional<RunHandle> handle() {
            return Thread.currentThread() == starter && !handle.isDone()
                    ? Optional.ofNullable(beingStarted)
                    : handle.join();
        }

        /** Starts the run that is given, if it is; what is not started is given up. */
        Optional<RunHandle> start(Supplier<Optional<RunExecution>> source) {
            Optional<RunHandle> started = Optional.empty();
            try {
                started = source.get().map(this::start);
                return started;
            } finally {
                if (started.isEmpty()) {
                    claims.remove(id, this);
                }
                handle.complete(started);
            }
        }

        private RunHandle start(RunExecution starting) {
            execution = starting;
            // The handle tells this end, so that whoever hears of it may resume the run at once.
            CompletableFuture<RunReport> end =
                    starting.end().whenComplete((report, failure) -> claims.remove(id, this));
            RunHandle begun = new RunHandle(new Executed(starting), end);
            beingStarted = begun;
            try {
                starting.start();
            } catch (RuntimeException | Error notStarted) {
                starting.shutDown();
                end.handle((report, failure) -> true).join();
                throw notStarted;
            }
            if (closed) {
                starting.shutDown();
            }
            return begun;
        }
    }

    /** A run that is executed here. */
    private record Executed(RunExecution execution) implements RunHandle.Run {
        @Override
        public RunId id() {
            return execution.run().id();
        }

        @Override
        public RunExecutor executor() {
            return execution.executor();
        }

        @Override
        public RunProgress progress() {
            return execution.progress();
        }

        @Override
        public void cancel() {
            execution.cancel();
        }
    }
}
