package etl.core;

import etl.core.spi.RunExecutor;
import etl.core.spi.StateStore;
import etl.core.spi.StoredRun;
import etl.core.spi.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run that another process executes, followed until its end by looking into the store now and then. Between two looks no
 * thread is held. While the store cannot be used, it goes on looking.
 */
final class FollowedRun implements RunHandle.Run {
    private static final Logger LOG = LoggerFactory.getLogger(Etl.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final Pipeline pipeline;
    private final RunId id;
    private final StateStore store;
    private final Time time;
    private final RunExecutor executor;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CompletableFuture<RunReport> end = new CompletableFuture<>();

    FollowedRun(Pipeline pipeline, RunId id, RunSettings settings) {
        this.pipeline = pipeline;
        this.id = id;
        this.store = settings.store();
        this.time = settings.time();
        this.executor = settings.executor();
    }

    RunHandle handle(Pipeline asked) {
        return new RunHandle(this, end).toExisting(asked);
    }

    /** Begins to look, unless somebody else has done so. */
    void start() {
        if (started.compareAndSet(false, true)) {
            lookAfter(FIRST_PAUSE);
        }
    }

    /** Completes the end if the run has ended. */
    void tell(StoredRun run) {
        if (run.state().isFinal()) {
            end.complete(new StoredReport(pipeline, store, id).of(run));
        }
    }

    CompletableFuture<RunReport> end() {
        return end;
    }

    private void lookAfter(Duration pause) {
        Duration next = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        time.after(pause, () -> {
            try {
                executor.stepsOf(id).execute(() -> look(next));
            } catch (RejectedExecutionException closed) {
                stop();
            }
        });
    }

    private void look(Duration next) {
        if (end.isDone()) {
            return;
        }
        try {
            store.find(id).ifPresentOrElse(this::tell, () -> stop("it is not in the store any more"));
        } catch (RuntimeException notReadable) {
            LOG.warn("run {} is executed by another process and cannot be looked up now", id, notReadable);
        }
        lookAfter(next);
    }

    /** The orchestrator closes; the run itself goes on. */
    void stop() {
        stop("this orchestrator was closed");
    }

    private void stop(String why) {
        end.completeExceptionally(RunStoppedException.notFollowed(id, why));
    }

    @Override
    public RunId id() {
        return id;
    }

    @Override
    public RunExecutor executor() {
        return executor;
    }

    @Override
    public RunProgress progress() {
        return new StoredReport(pipeline, store, id).progress();
    }

    @Override
    public void cancel() {
        if (!end.isDone()) {
            store.requestCancel(id);
        }
    }
}
