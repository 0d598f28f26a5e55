package etl.core;

import etl.core.spi.NewRun;
import etl.core.spi.OutputCache;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.RunJournal;
import etl.core.spi.ScheduleStore;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps runs in memory, for tests and for applications that do not need to survive a crash. Outputs are kept as they are,
 * not copied. Of the runs that have ended, the newest 100 are kept, as long as they have no more than 100,000 task runs
 * together, and of the cached outputs the newest 100,000. Safe for use by many threads.
 */
public final class InMemoryStateStore implements StateStore {
    private static final int ENDED_RUNS_KEPT = 100;
    private static final int ENDED_TASK_RUNS_KEPT = 100_000;

    private final Map<RunId, MemoryRun> runs = new LinkedHashMap<>();
    private final ScheduleStore schedules = new MemorySchedules();

    private final InstantSource clock;
    private final OutputCache outputCache;

    private InMemoryStateStore(InstantSource clock) {
        this.clock = clock;
        this.outputCache = new MemoryOutputCache(clock);
    }

    /**
     * An empty store with the machine's clock.
     *
     * @return the store
     */
    public static InMemoryStateStore create() {
        return create(InstantSource.system());
    }

    /**
     * An empty store.
     *
     * @param clock what decides whether the time of a cached output is over, or that of a run
     * @return the store
     */
    public static InMemoryStateStore create(InstantSource clock) {
        return new InMemoryStateStore(Objects.requireNonNull(clock, "clock"));
    }

    @Override
    public synchronized boolean create(NewRun run) {
        if (runs.containsKey(run.id())
                || run.runKey().flatMap(key -> findByKey(run.pipeline(), key)).isPresent()) {
            return false;
        }
        forgetOldRuns();
        runs.put(run.id(), new MemoryRun(run));
        return true;
    }

    private void forgetOldRuns() {
        List<MemoryRun> ended = new ArrayList<>();
        for (MemoryRun run : runs.values()) {
            StoredRun stored = run.stored();
            if (stored.state().isFinal() && stored.owner().isEmpty()) {
                ended.add(run);
            }
        }
        Collections.reverse(ended);
        int kept = 0;
        long taskRuns = 0;
        for (MemoryRun run : ended) {
            kept++;
            taskRuns += run.size();
            if (kept > ENDED_RUNS_KEPT || taskRuns > ENDED_TASK_RUNS_KEPT) {
                runs.remove(run.stored().definition().id());
            }
        }
    }

    @Override
    public RunJournal journal(RunId run) {
        return existing(run).take();
    }

    @Override
    public boolean mark(RunId run, TaskChange mark) {
        return run(run).filter(found -> found.mark(mark)).isPresent();
    }

    @Override
    public boolean requestCancel(RunId run) {
        return run(run).filter(MemoryRun::requestCancel).isPresent();
    }

    @Override
    public Optional<StoredRun> find(RunId run) {
        return run(run).map(MemoryRun::stored);
    }

    @Override
    public synchronized Optional<StoredRun> findByKey(String pipeline, String runKey) {
        return runs.values().stream()
                .map(MemoryRun::stored)
                .filter(run -> run.definition().pipeline().equals(pipeline)
                        && run.definition().runKey().filter(runKey::equals).isPresent())
                .findFirst();
    }

    @Override
    public synchronized List<StoredRun> recent(int limit) {
        List<StoredRun> newestFirst = new ArrayList<>();
        runs.values().forEach(run -> newestFirst.add(0, run.stored()));
        return newestFirst.subList(0, Math.min(limit, newestFirst.size()));
    }

    @Override
    public synchronized List<StoredRun> unfinished(String pipeline) {
        return runs.values().stream()
                .map(MemoryRun::stored)
                .filter(run -> run.definition().pipeline().equals(pipeline)
                        && !run.state().isFinal())
                .sorted(Comparator.comparing(run -> run.definition().createdAt()))
                .toList();
    }

    @Override
    public synchronized List<StoredRun> abandoned(String pipeline) {
        return unfinished(pipeline).stream()
                .filter(run -> existing(run.definition().id()).isAbandoned())
                .toList();
    }

    @Override
    public ScheduleStore schedules() {
        return schedules;
    }

    @Override
    public List<StoredTask> tasks(RunId run) {
        return run(run).map(MemoryRun::tasks).orElse(List.of());
    }

    @Override
    public Optional<StoredTask> task(RunId run, String taskId) {
        return run(run).flatMap(found -> found.task(taskId));
    }

    @Override
    public @Nullable Object output(RunId run, String taskId, Type type) {
        return existing(run).output(taskId);
    }

    @Override
    public List<@Nullable Object> outputs(RunId run, String taskId, Type elementType) {
        return existing(run).outputs(taskId);
    }

    @Override
    public OutputCache outputCache() {
        return outputCache;
    }

    @Override
    public synchronized Purged purge(Retention retention) {
        Instant endedBefore = clock.instant().minus(retention.age());
        Purged purged = Purged.NOTHING;
        for (MemoryRun run : beyond(retention)) {
            if (run.purge(endedBefore)) {
                runs.remove(run.stored().definition().id());
                purged = purged.plus(new Purged(1, run.tasks().size()));
            }
        }
        return purged;
    }

    @Override
    public synchronized Purged purgeable(Retention retention) {
        Instant endedBefore = clock.instant().minus(retention.age());
        Purged purgeable = Purged.NOTHING;
        for (MemoryRun run : beyond(retention)) {
            if (run.isPurgeable(endedBefore)) {
                purgeable = purgeable.plus(new Purged(1, run.tasks().size()));
            }
        }
        return purgeable;
    }

    /** The runs that are old enough if they have ended long enough ago. */
    private List<MemoryRun> beyond(Retention retention) {
        Map<String, Integer> seen = new HashMap<>();
        List<MemoryRun> newestFirst = new ArrayList<>(runs.values());
        Collections.reverse(newestFirst);
        newestFirst.removeIf(run -> {
            String pipeline = run.stored().definition().pipeline();
            return retention.pipeline().filter(only -> !only.equals(pipeline)).isPresent()
                    || seen.merge(pipeline, 1, Integer::sum) <= retention.newest();
        });
        return newestFirst;
    }

    private synchronized Optional<MemoryRun> run(RunId id) {
        return Optional.ofNullable(runs.get(id));
    }

    private MemoryRun existing(RunId id) {
        return run(id).orElseThrow(() -> new StateStoreException("there is no run " + id + " in this store", null));
    }

    @Override
    public void close() {}
}
