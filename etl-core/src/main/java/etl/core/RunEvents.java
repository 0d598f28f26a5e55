package etl.core;

import etl.core.spi.RunInfo;
import etl.core.spi.RunListener;
import etl.core.spi.RunListener.Event;
import etl.core.spi.StoredTask;
import etl.core.spi.Time;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** Tells what happens in one run to the listeners and to the pipeline's callbacks. */
final class RunEvents {
    private final Listeners listeners;
    private final PipelineHooks hooks;
    private final SlaWatch slas;
    private final String pipeline;
    private final boolean active;

    RunEvents(Listeners listeners, Pipeline pipeline, RunInfo run, Time time) {
        this.listeners = listeners;
        this.hooks = pipeline.callbacks();
        this.pipeline = pipeline.name();
        this.slas = new SlaWatch(pipeline, run, time, this::tell);
        this.active = listeners.isActive() || hooks.isActive() || slas.isActive();
    }

    /** False if nobody listens: then no event needs to be made. */
    boolean isActive() {
        return active;
    }

    void tell(Event event) {
        if (event instanceof RunListener.TaskEnded ended && ended.mapIndex() == StoredTask.NOT_MAPPED) {
            slas.ended(ended.taskId(), ended.state());
        } else if (event instanceof RunListener.RunEnded) {
            slas.close();
        }
        listeners.tell(event);
        if (hooks.isActive()) {
            for (Consumer<Event> callback : hooks.callbacks(event)) {
                listeners.callbacks(pipeline).offer(callback, event);
            }
        }
    }

    /** Begins to watch the SLAs of the run and of the tasks that have not ended before. */
    void watchSlas(IntPredicate hasEnded) {
        slas.start(hasEnded);
    }

    /** The last event of a run that stops without an end. */
    void stopped(RunListener.RunStopped event) {
        slas.close();
        if (active) {
            tell(event);
        }
    }
}
