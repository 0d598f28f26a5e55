package etl.testkit;

import etl.core.spi.RunListener;
import java.util.ArrayList;
import java.util.List;

/** Keeps all events in their order. Safe for use by many threads. */
final class RecordedEvents implements RunListener {
    private final List<Event> events = new ArrayList<>();

    synchronized List<Event> all() {
        return List.copyOf(events);
    }

    private synchronized void add(Event event) {
        events.add(event);
    }

    @Override
    public boolean synchronous() {
        return true;
    }

    @Override
    public void onRunStarted(RunStarted event) {
        add(event);
    }

    @Override
    public void onTaskStarted(TaskStarted event) {
        add(event);
    }

    @Override
    public void onTaskProgress(TaskProgress event) {
        add(event);
    }

    @Override
    public void onTaskRetrying(TaskRetrying event) {
        add(event);
    }

    @Override
    public void onTaskEnded(TaskEnded event) {
        add(event);
    }

    @Override
    public void onRunEnded(RunEnded event) {
        add(event);
    }

    @Override
    public void onRunStopped(RunStopped event) {
        add(event);
    }

    @Override
    public void onSlaMissed(SlaMissed event) {
        add(event);
    }
}
