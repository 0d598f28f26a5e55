package etl.core;

import etl.core.spi.NewRun;
import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/** Starts runs that may exist already, and finds those that do. */
final class KeyedRuns {
    private final RunSettings settings;
    private final StateStore store;
    private final LiveRuns live;
    private final Map<RunId, FollowedRun> followed = new ConcurrentHashMap<>();
    private volatile boolean closed;

    KeyedRuns(RunSettings settings, LiveRuns live) {
        this.settings = settings;
        this.store = settings.store();
        this.live = live;
    }

    /** Starts a run unless there is one of its key; of all that try, in all processes, one succeeds. */
    RunHandle submit(Submission submission) {
        NewRun run = submission.run();
        while (true) {
            Optional<LiveRuns.Claim> claim = live.claim(run.id());
            if (claim.isPresent()) {
                Optional<RunHandle> started = claim.get()
                        .start(() -> store.create(run) ? submission.execution().get() : Optional.empty());
                if (started.isPresent()) {
                    return started.get();
                }
            } else {
                // Not in the store before whoever has claimed it has recorded it.
                live.find(run.id());
            }
            Optional<StoredRun> first = first(run);
            if (first.isPresent()) {
                check(first.get().definition(), run);
                return existing(first.get(), submission.pipeline());
            }
            // The other one could not record it, or it has been deleted meanwhile.
        }
    }

    /** If some cannot be started, the others are, and then the first failure is thrown, which has the others. */
    List<RunHandle> submitAll(List<Submission> submissions, BooleanSupplier open) {
        return new BulkStart(this, store, live, open, submissions).start();
    }

    private Optional<StoredRun> first(NewRun run) {
        return run.runKey().flatMap(key -> store.findByKey(run.pipeline(), key)).or(() -> store.find(run.id()));
    }

    private static void check(NewRun first, NewRun wanted) {
        String whose = "run key " + Quoted.of(wanted.runKey().orElse("")) + " of pipeline '" + wanted.pipeline()
                + "' belongs to run " + first.id();
        if (!first.fingerprint().equals(wanted.fingerprint())) {
            throw new RunKeyConflictException(
                    first.id(),
                    whose + ", which was started by another definition of the pipeline (fingerprint "
                            + first.fingerprint() + ", now " + wanted.fingerprint()
                            + "); use another key to run the new definition");
        }
        if (!first.dataInterval().equals(wanted.dataInterval())) {
            throw new RunKeyConflictException(
                    first.id(),
                    whose + ", which was started with " + shown(first) + " and not with " + shown(wanted)
                            + "; use another key, or the interval of that run");
        }
        if (!first.arguments().equals(wanted.arguments())) {
            List<String> differences = new ArrayList<>();
            wanted.arguments().forEach((name, value) -> {
                String before = first.arguments().get(name);
                if (!value.equals(before)) {
                    differences.add(name + " was " + (before == null ? "not there" : Quoted.of(before)) + " and is now "
                            + Quoted.of(value));
                }
            });
            differences.sort(null);
            throw new RunKeyConflictException(
                    first.id(),
                    whose + ", which was started with other arguments: " + String.join("; ", differences)
                            + "; use another key, or the arguments of that run");
        }
    }

    private static String shown(NewRun run) {
        return run.dataInterval().map(data -> "data interval " + data).orElse("no data interval");
    }

    /** The handle of a run that exists, wherever it is executed. */
    @SuppressWarnings("FutureReturnValueIgnored") // It only tidies up.
    RunHandle existing(StoredRun first, Pipeline pipeline) {
        RunId id = first.definition().id();
        Optional<RunHandle> executed = live.find(id);
        if (executed.isPresent()) {
            return executed.get().toExisting(pipeline);
        }
        if (first.state().isFinal()) {
            FollowedRun ended = new FollowedRun(pipeline, id, settings);
            ended.tell(first);
            return ended.handle(pipeline);
        }
        FollowedRun run = followed.computeIfAbsent(id, any -> new FollowedRun(pipeline, id, settings));
        run.start();
        var unused = run.end().whenComplete((report, failure) -> followed.remove(id, run));
        if (closed) {
            run.stop();
        }
        return run.handle(pipeline);
    }

    /** Nobody is told the end of another process's run any more. */
    void close() {
        closed = true;
        followed.values().forEach(FollowedRun::stop);
    }
}
