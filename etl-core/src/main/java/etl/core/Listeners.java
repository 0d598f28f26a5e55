package etl.core;

import etl.core.spi.RunListener;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells every listener, whatever the others do. */
final class Listeners implements RunListener {
    private static final Logger LOG = LoggerFactory.getLogger(RunListener.class);

    private final List<RunListener> listeners;

    Listeners(List<RunListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void onRunStarted(RunStarted event) {
        tell(RunListener::onRunStarted, event);
    }

    @Override
    public void onTaskStarted(TaskStarted event) {
        tell(RunListener::onTaskStarted, event);
    }

    @Override
    public void onTaskProgress(TaskProgress event) {
        tell(RunListener::onTaskProgress, event);
    }

    @Override
    public void onTaskRetrying(TaskRetrying event) {
        tell(RunListener::onTaskRetrying, event);
    }

    @Override
    public void onTaskEnded(TaskEnded event) {
        tell(RunListener::onTaskEnded, event);
    }

    @Override
    public void onRunEnded(RunEnded event) {
        tell(RunListener::onRunEnded, event);
    }

    private <E> void tell(BiConsumer<RunListener, E> method, E event) {
        for (RunListener listener : listeners) {
            try {
                method.accept(listener, event);
            } catch (RuntimeException | Error failure) {
                LOG.warn(
                        "listener {} failed at {}; the run goes on",
                        listener.getClass().getName(),
                        event,
                        failure);
            }
        }
    }
}
