package etl.core;

import etl.core.spi.ErrorInfo;
import etl.core.spi.NewRun;
import etl.core.spi.OutputCache;
import etl.core.spi.Purged;
import etl.core.spi.Retention;
import etl.core.spi.RunJournal;
import etl.core.spi.RunLostException;
import etl.core.spi.ScheduleStore;
import etl.core.spi.StateStore;
import etl.core.spi.StateStoreException;
import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import etl.core.spi.TaskChange;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The in-memory store, to be subclassed by tests that want one method to fail or to wait. */
class StoreDouble implements StateStore {
    private final StateStore store;
    private volatile Consumer<RunLostException> onLost = failure -> {};
    private volatile boolean lost;

    StoreDouble() {
        this(InMemoryStateStore.create());
    }

    StoreDouble(StateStore store) {
        this.store = store;
    }

    @Override
    public boolean create(NewRun run) {
        return store.create(run);
    }

    @Override
    public RunJournal journal(RunId run) {
        RunJournal journal = store.journal(run);
        lost = false;
        return new JournalDouble(journal);
    }

    @Override
    public boolean mark(RunId run, TaskChange mark) {
        return store.mark(run, mark);
    }

    @Override
    public boolean requestCancel(RunId run) {
        return store.requestCancel(run);
    }

    @Override
    public Optional<StoredRun> find(RunId run) {
        return store.find(run);
    }

    @Override
    public Optional<StoredRun> findByKey(String pipeline, String runKey) {
        return store.findByKey(pipeline, runKey);
    }

    @Override
    public List<StoredRun> recent(int limit) {
        return store.recent(limit);
    }

    @Override
    public List<StoredRun> unfinished(String pipeline) {
        return store.unfinished(pipeline);
    }

    @Override
    public List<StoredRun> abandoned(String pipeline) {
        return store.abandoned(pipeline);
    }

    @Override
    public ScheduleStore schedules() {
        return store.schedules();
    }

    @Override
    public List<StoredTask> tasks(RunId run) {
        return store.tasks(run);
    }

    @Override
    public Optional<StoredTask> task(RunId run, String taskId) {
        return store.task(run, taskId);
    }

    @Override
    public @Nullable Object output(RunId run, String taskId, Type type) {
        return store.output(run, taskId, type);
    }

    @Override
    public List<@Nullable Object> outputs(RunId run, String taskId, Type elementType) {
        return store.outputs(run, taskId, elementType);
    }

    @Override
    public OutputCache outputCache() {
        return store.outputCache();
    }

    @Override
    public Purged purge(Retention retention) {
        return store.purge(retention);
    }

    @Override
    public Purged purgeable(Retention retention) {
        return store.purgeable(retention);
    }

    @Override
    public void close() {
        store.close();
    }

    /** Called before the journal records that a run starts. */
    void beforeStarted() {}

    /** Whether what is told of a run's start is a failure. */
    boolean failsToStart() {
        return false;
    }

    /** Called before the journal records a change. */
    void beforeWrite(TaskChange change) {}

    /** Called before the journal says whether it is the owner. */
    void beforeIsOwner() {}

    /** Called before the journal records a run's end. */
    void beforeEnded() {}

    /** Called when the journal has been closed. */
    void afterClose() {}

    /** Who hears what has become of a change. */
    RunJournal.Receipt told(RunJournal.Receipt receipt) {
        return receipt;
    }

    /** Whoever has taken a run last is not its owner any more, and hears of it. */
    void lose(RunId run) {
        lost = true;
        onLost.accept(new RunLostException(run, "as planned"));
    }

    private final class JournalDouble implements RunJournal {
        private final RunJournal journal;

        JournalDouble(RunJournal journal) {
            this.journal = journal;
        }

        @Override
        public void reopen(Set<String> taskIds) {
            journal.reopen(taskIds);
        }

        @Override
        public void started(Instant at, Receipt receipt) {
            beforeStarted();
            if (failsToStart()) {
                receipt.failed(new StateStoreException("no connection", null));
            } else {
                journal.started(at, receipt);
            }
        }

        @Override
        public void write(TaskChange change, Receipt receipt) {
            beforeWrite(change);
            journal.write(change, told(receipt));
        }

        @Override
        public void ended(RunState state, Instant at, Optional<ErrorInfo> error) {
            beforeEnded();
            journal.ended(state, at, error);
        }

        @Override
        public void onCancelRequest(Runnable action) {
            journal.onCancelRequest(action);
        }

        @Override
        public boolean isOwner() {
            beforeIsOwner();
            return !lost && journal.isOwner();
        }

        @Override
        public void onLost(Consumer<RunLostException> action) {
            onLost = action;
            journal.onLost(action);
        }

        @Override
        public void close() {
            journal.close();
            afterClose();
        }
    }
}
