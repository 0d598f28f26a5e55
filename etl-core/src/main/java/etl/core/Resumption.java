package etl.core;

import etl.core.spi.EngineRun;
import etl.core.spi.NewRun;
import etl.core.spi.RunInfo;
import etl.core.spi.RunJournal;
import etl.core.spi.RunOwnedException;
import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Makes runs ready to be executed again. */
final class Resumption {
    private final RunSettings settings;
    private final StateStore store;

    Resumption(RunSettings settings) {
        this.settings = settings;
        this.store = settings.store();
    }

    RunExecution resume(RunId id, Pipeline pipeline) {
        return resume(id, pipeline, Resumption::checkNotSucceeded);
    }

    /** Only if the run has not ended: whoever executed it may have brought it to its end just now. */
    RunExecution recover(RunId id, Pipeline pipeline) {
        return resume(id, pipeline, Resumption::checkNotEnded);
    }

    private RunExecution resume(RunId id, Pipeline pipeline, Consumer<StoredRun> check) {
        check.accept(stored(store, id, pipeline));
        return take(id, journal -> {
            // Nobody but the owner writes: only now is what is stored known to stay.
            StoredRun stored = stored(store, id, pipeline);
            check.accept(stored);
            return resumed(stored, pipeline, journal);
        });
    }

    private RunExecution resumed(StoredRun stored, Pipeline pipeline, RunJournal journal) {
        RunId id = stored.definition().id();
        Map<String, Object> arguments = arguments(stored, pipeline);
        List<StoredTask> rows = store.tasks(id);
        Set<String> again = Redone.inResume(pipeline, rows);
        endAtEngine(stored);
        journal.reopen(again);
        boolean isSettled = rows.stream().noneMatch(row -> row.state() == TaskState.RUNNING);
        List<StoredTask> reopened = isSettled ? rows : store.tasks(id);
        Set<String> uncached = Redone.uncached(rows, again);
        return execution(pipeline, stored.definition(), arguments, Redone.reset(reopened, again), uncached, journal);
    }

    /** A run that an engine drives is reopened only if it has ended: whoever goes on with it here takes it away from there. */
    private void endAtEngine(StoredRun stored) {
        if (!stored.definition().engineRun().equals(EngineRun.LOCAL)
                && !stored.state().isFinal()) {
            try (RunJournal former = store.journal(stored.definition().id())) {
                former.ended(RunState.FAILED, settings.time().instant(), Optional.empty());
            }
        }
    }

    RunExecution rerun(RunId id, Pipeline pipeline, Rerun choice) {
        checkEnded(stored(store, id, pipeline));
        return take(id, journal -> {
            StoredRun stored = stored(store, id, pipeline);
            checkEnded(stored);
            Map<String, Object> arguments = arguments(stored, pipeline);
            List<StoredTask> rows = store.tasks(id);
            Set<String> again = Redone.inRerun(pipeline, rows, choice);
            journal.reopen(again);
            return execution(pipeline, stored.definition(), arguments, Redone.reset(rows, again), again, journal);
        });
    }

    /** An execution of a new run; empty if recording it took so long that somebody else has it, or has ended it, by now. */
    Optional<RunExecution> execution(Pipeline pipeline, NewRun run, Map<String, Object> arguments) {
        try {
            return Optional.of(take(run.id(), journal -> execution(pipeline, run, arguments, journal)));
        } catch (RunOwnedException | ResumeRefusedException byAnother) {
            return Optional.empty();
        }
    }

    private RunExecution execution(Pipeline pipeline, NewRun run, Map<String, Object> arguments, RunJournal journal) {
        if (journal.isUntouched()) {
            return execution(pipeline, run, arguments, List.of(), Set.of(), journal);
        }
        StoredRun stored = stored(store, run.id(), pipeline);
        if (stored.state() == RunState.QUEUED) {
            return execution(pipeline, run, arguments, List.of(), Set.of(), journal);
        }
        checkNotEnded(stored);
        return resumed(stored, pipeline, journal);
    }

    private RunExecution take(RunId id, Function<RunJournal, RunExecution> made) {
        RunJournal journal = store.journal(id);
        try {
            return made.apply(journal);
        } catch (RuntimeException | Error failure) {
            journal.close();
            throw failure;
        }
    }

    /** Some of its tasks are executed even if their outputs are cached. */
    private RunExecution execution(
            Pipeline pipeline,
            NewRun run,
            Map<String, Object> arguments,
            List<StoredTask> tasks,
            Set<String> uncached,
            RunJournal journal) {
        RunInfo info =
                new RunInfo(run.id(), pipeline.name(), run.engineRun(), run.dataInterval(), run.refreshesCache());
        RunScope scope = new RunScope(pipeline, info, settings, arguments, uncached);
        return new RunExecution(scope, journal, new TaskTable(pipeline, tasks));
    }

    private static void checkNotSucceeded(StoredRun stored) {
        if (stored.state() == RunState.SUCCEEDED) {
            throw new ResumeRefusedException("run " + stored.definition().id()
                    + " has succeeded; there is nothing to resume, but tasks of it can be chosen for a rerun");
        }
    }

    private static void checkNotEnded(StoredRun stored) {
        if (stored.state().isFinal()) {
            throw new ResumeRefusedException(
                    "run " + stored.definition().id() + " has ended meanwhile: it is " + stored.state());
        }
    }

    private static Map<String, Object> arguments(StoredRun stored, Pipeline pipeline) {
        return Arguments.parse(pipeline, stored.definition().arguments()).bind(pipeline);
    }

    static StoredRun stored(StateStore store, RunId id, Pipeline pipeline) {
        StoredRun stored = store.find(id)
                .orElseThrow(() -> new ResumeRefusedException(
                        "run " + id + " is unknown in this store; check the id and the database"));
        checkDefinition(store, stored, pipeline);
        return stored;
    }

    static void checkEnded(StoredRun stored) {
        if (!stored.state().isFinal()) {
            throw new ResumeRefusedException("run " + stored.definition().id() + " has not ended: it is "
                    + stored.state() + "; wait for its end, or resume it if the process that executed it is gone");
        }
    }

    static void checkDefinition(StateStore store, StoredRun stored, Pipeline pipeline) {
        RunId id = stored.definition().id();
        if (!stored.definition().pipeline().equals(pipeline.name())) {
            throw new ResumeRefusedException("run " + id + " belongs to pipeline '"
                    + stored.definition().pipeline() + "' and not to '" + pipeline.name() + "'");
        }
        if (!stored.definition().fingerprint().equals(pipeline.fingerprint())) {
            throw new ResumeRefusedException("run " + id + " was begun by another definition of pipeline '"
                    + pipeline.name() + "' (fingerprint " + stored.definition().fingerprint() + ", now "
                    + pipeline.fingerprint() + "): " + ChangedDefinition.of(stored, store.tasks(id), pipeline)
                    + "; start a new run, or resume with the former definition");
        }
    }
}
