package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.RowCounts;
import etl.core.spi.RunJournal;
import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Optional;

/**
 * What an operator does with runs of any process: follow and cancel them, mark their tasks, end those whose process is gone.
 * Safe for use by many threads.
 */
public final class RunControl {
    private static final String GONE = "the process was gone";

    private final RunSettings settings;
    private final StateStore store;
    private final LiveRuns live;
    private final KeyedRuns runs;

    RunControl(RunSettings settings, LiveRuns live, KeyedRuns runs) {
        this.settings = settings;
        this.store = settings.store();
        this.live = live;
        this.runs = runs;
    }

    /**
     * A handle for a run that exists, wherever it is executed: in this orchestrator, in another process (the store is looked
     * up every two seconds until it has ended), or not any more.
     *
     * @param id the run
     * @param pipeline its pipeline, unchanged since the run began
     * @return the run, to watch, cancel and wait for
     * @throws ResumeRefusedException if the run is unknown or belongs to another pipeline definition
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public RunHandle follow(RunId id, Pipeline pipeline) {
        return runs.existing(Resumption.stored(store, id, pipeline), pipeline);
    }

    /**
     * Asks a run to end, see {@link RunHandle#cancel()}. If another process executes it, the request is recorded, and that
     * process follows it within a few seconds; if that process is gone, nothing happens, see {@link #endLost}. Returns at
     * once.
     *
     * @param id the run
     * @return false if the run has ended
     * @throws IllegalArgumentException if the run is unknown
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public boolean cancel(RunId id) {
        Optional<RunHandle> executed = live.find(id);
        if (executed.isPresent()) {
            executed.get().cancel();
            return true;
        }
        boolean requested = store.requestCancel(id);
        if (!requested && store.find(id).isEmpty()) {
            throw new IllegalArgumentException(
                    "run " + id + " is unknown in this store; check the id and the database");
        }
        return requested;
    }

    /**
     * Gives a task of a run that has ended another final state, from which a resume or rerun goes on. Nothing is executed,
     * and the run's own state stays, but a run that SUCCEEDED becomes FAILED with its task. The mark is kept as an attempt
     * of the task, with who and why in place of an error.
     *
     * @param id the run
     * @param pipeline its pipeline, unchanged since the run began
     * @param mark the task and its state
     * @throws IllegalArgumentException if the pipeline has no such task, or if the task is to have SUCCEEDED and the output
     *     is missing, is of another type than declared, or cannot be stored
     * @throws ResumeRefusedException if the run is unknown, has not ended, is being executed here, or belongs to another
     *     pipeline definition
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public void mark(RunId id, Pipeline pipeline, Mark mark) {
        int task = pipeline.ordinal(mark.taskId());
        checkOutput(pipeline, task, mark);
        live.whileIdle(id, () -> {
            Resumption.checkEnded(Resumption.stored(store, id, pipeline));
            int attempt = store.task(id, mark.taskId()).map(StoredTask::attempt).orElse(0) + 1;
            boolean marked = store.mark(
                    id,
                    TaskChange.marked(
                            mark.taskId(),
                            attempt,
                            mark.state(),
                            settings.time().instant(),
                            mark.output(),
                            pipeline.task(task).outputType(),
                            ErrorInfo.of(new TaskMarkedException(mark))));
            if (!marked) {
                throw new ResumeRefusedException(
                        "run " + id + " was changed by another process just now; look at it again");
            }
        });
    }

    private static void checkOutput(Pipeline pipeline, int task, Mark mark) {
        if (mark.state() != TaskState.SUCCEEDED) {
            return;
        }
        String which = "task '" + mark.taskId() + "' cannot be marked SUCCEEDED: ";
        Type type = pipeline.task(task).outputType();
        if (pipeline.mapping(task).isPresent()) {
            if (mark.hasOutput()) {
                throw new IllegalArgumentException(
                        which + "it is mapped, and its output is that of its elements; leave the output out");
            }
        } else if (!mark.hasOutput() && type != Void.class) {
            throw new IllegalArgumentException(
                    which + "the tasks below it need its output, a " + type.getTypeName() + "; give one");
        } else if (mark.output() != null && !raw(type).isInstance(mark.output())) {
            throw new IllegalArgumentException(which + "its output is a " + type.getTypeName()
                    + ", and the one given is a " + mark.output().getClass().getName());
        }
    }

    private static Class<?> raw(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return raw(parameterized.getRawType());
        }
        return type instanceof Class<?> plain ? plain : Object.class;
    }

    /**
     * Ends a run whose process is gone, so that it can be rerun or its tasks marked: tasks that were being executed are
     * FAILED, those that had not begun UPSTREAM_FAILED, SKIPPED or CANCELLED, and the run is FAILED unless all its tasks had
     * ended well. To go on with the run instead, {@linkplain Etl#resume resume} it.
     *
     * @param id the run
     * @param pipeline its pipeline, unchanged since the run began
     * @return how the run ended
     * @throws ResumeRefusedException if the run is unknown, has ended, is being executed here, or belongs to another
     *     pipeline definition
     * @throws etl.core.spi.RunOwnedException if another process is executing the run
     * @throws etl.core.spi.StateStoreException if the store cannot be used
     */
    public RunReport endLost(RunId id, Pipeline pipeline) {
        return endLost(id, pipeline, GONE);
    }

    RunReport endLost(RunId id, Pipeline pipeline, String why) {
        RunReport[] report = new RunReport[1];
        live.whileIdle(id, () -> {
            unended(id, pipeline);
            try (RunJournal journal = store.journal(id)) {
                // Whoever had it may have brought it to its end meanwhile.
                StoredRun stored = unended(id, pipeline);
                endElements(journal, id, why);
                new ExternalRuns(settings).lost(pipeline, stored, why, journal);
            }
            report[0] = new StoredReport(pipeline, store, id).of(store.find(id).orElseThrow());
        });
        return report[0];
    }

    private StoredRun unended(RunId id, Pipeline pipeline) {
        StoredRun stored = Resumption.stored(store, id, pipeline);
        if (stored.state().isFinal()) {
            throw new ResumeRefusedException("run " + id + " has ended already: it is " + stored.state());
        }
        return stored;
    }

    private void endElements(RunJournal journal, RunId id, String why) {
        Instant now = settings.time().instant();
        for (StoredTask row : store.tasks(id)) {
            if (row.mapIndex() != StoredTask.NOT_MAPPED && !row.state().isFinal()) {
                TaskChange change = row.state() == TaskState.PENDING
                        ? TaskChange.ended(row.taskId(), row.attempt(), TaskState.CANCELLED, now)
                        : TaskChange.failed(
                                row.taskId(),
                                row.attempt(),
                                TaskState.FAILED,
                                now,
                                RowCounts.NONE,
                                ExternalEnd.lost(row, why));
                Durably.write(journal, change.ofElement(row.mapIndex()));
            }
        }
    }
}
