package etl.core;

import etl.core.TriggerRule.Decision;
import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.RowCounts;
import etl.core.spi.RunInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunListener;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredAttempt;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs whose order is kept by an outside engine (Airflow, Prefect, Luigi or another one), which starts each attempt in a
 * process of its own: {@link #begin}, then {@link #attempt} for each attempt, then {@link #finish}. All of them write
 * into the store what a local run writes, and may be repeated without harm. Safe for use by many threads.
 */
public final class ExternalRuns {
    private static final String ENDED = "the engine ended the run";

    private final RunSettings settings;

    ExternalRuns(RunSettings settings) {
        this.settings = settings;
    }

    /**
     * Records that the engine has begun a run. A run that exists already is left as it is, but reopened if it had failed
     * or was cancelled.
     *
     * @param pipeline the pipeline
     * @param arguments the values of its parameters
     * @param engineRun the engine and its id of the run
     * @return the run, whose id follows from the engine's
     * @throws ArgumentsInvalidException if the arguments do not fit the parameters
     * @throws ResumeRefusedException if the run was begun by another definition of the pipeline
     * @throws StateStoreException if the store cannot be used
     */
    public RunId begin(Pipeline pipeline, Arguments arguments, EngineRun engineRun) {
        Map<String, Object> bound = arguments.bind(pipeline);
        String runKey = engineRun.engine() + ":" + engineRun.id();
        RunId id = RunId.ofKey(pipeline.name(), runKey);
        Instant now = settings.time().instant();
        boolean created = settings.store()
                .create(new NewRun(
                        id,
                        pipeline.name(),
                        pipeline.fingerprint(),
                        Optional.of(runKey),
                        Arguments.format(pipeline, bound),
                        engineRun,
                        pipeline.size(),
                        now,
                        Optional.empty(),
                        false));
        StoredRun stored = stored(id, pipeline);
        if (stored.state() == RunState.QUEUED) {
            try (RunJournal journal = settings.store().journal(id)) {
                Durably.start(journal, now);
            }
        }
        reopenIfFailed(stored);
        if (created) {
            events(pipeline, stored).tell(new RunListener.RunStarted(info(stored), now, pipeline.size(), 0));
        }
        return id;
    }

    private StoredRun stored(RunId id, Pipeline pipeline) {
        StoredRun stored = settings.store()
                .find(id)
                .orElseThrow(() -> new ResumeRefusedException(
                        "run " + id + " is unknown in this store; begin it first, and check the database"));
        Resumption.checkDefinition(settings.store(), stored, pipeline);
        return stored;
    }

    /** False if there was no need to. */
    private boolean reopenIfFailed(StoredRun stored) {
        if (stored.state() != RunState.FAILED && stored.state() != RunState.CANCELLED) {
            return false;
        }
        try (RunJournal journal = settings.store().journal(stored.definition().id())) {
            journal.reopen(Set.of());
        }
        return true;
    }

    private RunEvents events(Pipeline pipeline, StoredRun stored) {
        return settings.listeners().of(pipeline, info(stored), settings.time());
    }

    private static RunInfo info(StoredRun stored) {
        NewRun run = stored.definition();
        return new RunInfo(run.id(), run.pipeline(), run.engineRun(), run.dataInterval(), run.refreshesCache());
    }

    /**
     * Executes one attempt of a task in this process and waits for its end. A task that is SUCCEEDED, SKIPPED or
     * UPSTREAM_FAILED already is not executed again, and one with a {@link Cache} is not executed if its output is there.
     *
     * @param pipeline the pipeline
     * @param id the run, which was begun before
     * @param taskId the task
     * @param engineNumber the attempt's number by the engine, higher than that of the task's last attempt, or 0 for the
     *     next one
     * @return how the attempt ended
     * @throws IllegalArgumentException if the pipeline has no such task
     * @throws ResumeRefusedException if the run is unknown or was begun by another definition of the pipeline
     * @throws StateStoreException if the store cannot be used, an upstream task has not succeeded, or the attempt's
     *     number has been used before
     */
    public EngineAttempt attempt(Pipeline pipeline, RunId id, String taskId, int engineNumber) {
        int task = pipeline.ordinal(taskId);
        StoredRun stored = stored(id, pipeline);
        Optional<StoredTask> before = settings.store().task(id, taskId);
        if (before.filter(StoredTask::survivesResume).isEmpty() && reopenIfFailed(stored)) {
            before = settings.store().task(id, taskId);
        }
        Optional<EngineAttempt> known = before.flatMap(row -> StoredAnswer.of(row, () -> output(pipeline, id, task)));
        if (known.isPresent()) {
            return known.get();
        }
        int number = engineNumber > 0
                ? engineNumber
                : before.map(StoredTask::attempt).orElse(0) + 1;
        Optional<TaskState> settled =
                settle(pipeline, id, task, before.map(StoredTask::attempt).orElse(0));
        if (settled.isPresent()) {
            return new EngineAttempt(settled.get(), 0, false, Duration.ZERO, Optional.empty(), null);
        }
        Map<String, Object> arguments =
                Arguments.parse(pipeline, stored.definition().arguments()).bind(pipeline);
        TaskBody.Inputs inputs = inputs(pipeline, task, id);
        Instant firstBegan = before.flatMap(row -> row.attempts().stream().findFirst())
                .map(StoredAttempt::startedAt)
                .orElse(settings.time().instant());
        Optional<ExternalCache> cache = ExternalCache.of(settings, pipeline, info(stored), task);
        if (cache.isPresent()) {
            int attempts = before.map(StoredTask::attempt).orElse(0);
            Optional<EngineAttempt> reused = cache.get().reuse(attempts, arguments, inputs);
            if (reused.isPresent()) {
                return reused.get();
            }
        }
        EngineAttempt result = null;
        try (RunJournal journal = settings.store().journal(id)) {
            SingleAttempt single =
                    new SingleAttempt(settings, pipeline, info(stored), task, number, arguments, journal, firstBegan);
            TaskBody body = cache.map(ExternalCache::body).orElse(pipeline.body(task));
            settings.executor().stepsOf(id).execute(() -> single.execute(body, inputs));
            result = single.await();
            return result;
        } finally {
            if (cache.isPresent()) {
                cache.get().ended(result);
            }
        }
    }

    /** Records the task as SKIPPED or UPSTREAM_FAILED if that is what its trigger rule says of its upstream tasks. */
    private Optional<TaskState> settle(Pipeline pipeline, RunId id, int task, int attempt) {
        UpstreamStates upstream = new UpstreamStates(pipeline);
        Decision decision = Decision.WAIT;
        for (int source : pipeline.upstream(task)) {
            TaskState state = state(pipeline, id, source);
            if (state.isFinal() && decision == Decision.WAIT) {
                TaskState seen = pipeline.start(task).seen(source, state, branch -> output(pipeline, id, branch));
                decision = upstream.ended(task, seen, setup -> state(pipeline, id, setup));
            }
        }
        if (decision != Decision.SKIP && decision != Decision.UPSTREAM_FAILED) {
            return Optional.empty();
        }
        TaskState state = decision == Decision.SKIP ? TaskState.SKIPPED : TaskState.UPSTREAM_FAILED;
        try (RunJournal journal = settings.store().journal(id)) {
            Instant now = settings.time().instant();
            Durably.write(journal, TaskChange.ended(pipeline.task(task).id(), attempt, state, now));
        }
        return Optional.of(state);
    }

    private TaskState state(Pipeline pipeline, RunId id, int task) {
        return settings.store()
                .task(id, pipeline.task(task).id())
                .map(StoredTask::state)
                .orElse(TaskState.PENDING);
    }

    private @Nullable Object output(Pipeline pipeline, RunId id, int task) {
        TaskView view = pipeline.task(task);
        return settings.store().output(id, view.id(), view.outputType());
    }

    private TaskBody.Inputs inputs(Pipeline pipeline, int task, RunId id) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int source : pipeline.inputs(task)) {
            values.add(output(pipeline, id, source));
        }
        return new TaskBody.Inputs() {
            @Override
            public int size() {
                return values.size();
            }

            @Override
            @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
            public <T extends @Nullable Object> T get(int position) {
                return (T) values.get(position);
            }

            @Override
            public TaskState state(int upstream) {
                return ExternalRuns.this.state(pipeline, id, upstream);
            }

            @Override
            public @Nullable Object output(int upstream) {
                return ExternalRuns.this.output(pipeline, id, upstream);
            }
        };
    }

    /**
     * Records that the engine has ended a run: tasks that were never started become UPSTREAM_FAILED or, if nothing above
     * them failed, CANCELLED; tasks that the engine left in the middle become FAILED; the run gets its final state.
     *
     * @param pipeline the pipeline
     * @param id the run
     * @return how the run ended
     * @throws ResumeRefusedException if the run is unknown or was begun by another definition of the pipeline
     * @throws StateStoreException if the store cannot be used
     */
    public RunReport finish(Pipeline pipeline, RunId id) {
        StoredRun stored = stored(id, pipeline);
        if (stored.state().isFinal()) {
            Instant now = settings.time().instant();
            return end(pipeline, stored, now, ENDED, RunState.CANCELLED)
                    .report(id, settings.store(), duration(stored, now));
        }
        try (RunJournal journal = settings.store().journal(id)) {
            return finish(pipeline, stored, ENDED, RunState.CANCELLED, journal);
        }
    }

    /** The same for a run whose process is gone and that is taken now; it has FAILED for that reason if for no other. */
    void lost(Pipeline pipeline, StoredRun taken, String why, RunJournal journal) {
        finish(pipeline, taken, why, RunState.FAILED, journal);
    }

    private RunReport finish(Pipeline pipeline, StoredRun stored, String why, RunState unfinished, RunJournal journal) {
        Instant now = settings.time().instant();
        ExternalEnd end = end(pipeline, stored, now, why, unfinished);
        end.changes().forEach(change -> Durably.write(journal, change));
        journal.ended(end.state(), now, end.error());
        Duration duration = duration(stored, now);
        RunEvents events = events(pipeline, stored);
        end.changes()
                .forEach(change -> events.tell(new RunListener.TaskEnded(
                        info(stored),
                        change.taskId(),
                        change.mapIndex(),
                        change.attempt(),
                        change.state(),
                        Duration.ZERO,
                        RowCounts.NONE,
                        change.error(),
                        Optional.empty())));
        events.tell(new RunListener.RunEnded(info(stored), end.state(), duration, end.error()));
        return end.report(stored.definition().id(), settings.store(), duration);
    }

    private ExternalEnd end(Pipeline pipeline, StoredRun stored, Instant now, String why, RunState unfinished) {
        RunId id = stored.definition().id();
        Map<String, StoredTask> rows = new HashMap<>();
        settings.store().tasks(id).stream()
                .filter(row -> row.mapIndex() == StoredTask.NOT_MAPPED)
                .forEach(row -> rows.put(row.taskId(), row));
        return new ExternalEnd(pipeline, rows, task -> output(pipeline, id, task), now, why, unfinished);
    }

    private static Duration duration(StoredRun stored, Instant now) {
        return Duration.between(stored.startedAt().orElse(now), stored.endedAt().orElse(now));
    }
}
