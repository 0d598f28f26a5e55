package etl.core;

import etl.core.spi.RunListener;
import etl.core.spi.RunListener.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Finds the callbacks for an event: the task's own first, then the pipeline's. */
final class PipelineHooks {
    private final Hooks pipeline;
    private final Map<String, Hooks> tasks = new HashMap<>();
    private final boolean active;
    private final boolean slas;

    PipelineHooks(Hooks pipeline, List<TaskView> views) {
        this.pipeline = pipeline;
        for (TaskView task : views) {
            if (task.hooks().hasCallbacks()) {
                tasks.put(task.id(), task.hooks());
            }
        }
        this.active = pipeline.hasCallbacks() || !tasks.isEmpty();
        this.slas = pipeline.sla().isPresent()
                || views.stream().anyMatch(task -> task.hooks().sla().isPresent());
    }

    boolean isActive() {
        return active;
    }

    boolean hasSlas() {
        return slas;
    }

    List<Consumer<Event>> callbacks(Event event) {
        if (event instanceof RunListener.TaskEnded ended) {
            return switch (ended.state()) {
                case SUCCEEDED -> ofTask(ended.taskId(), Hooks.Point.SUCCESS);
                case FAILED -> ofTask(ended.taskId(), Hooks.Point.FAILURE);
                case SKIPPED -> ofBoth(Optional.of(ended.taskId()), Hooks.Point.SKIP);
                default -> List.of();
            };
        }
        if (event instanceof RunListener.TaskRetrying retrying) {
            return ofBoth(Optional.of(retrying.taskId()), Hooks.Point.RETRY);
        }
        if (event instanceof RunListener.SlaMissed missed) {
            return ofBoth(missed.taskId(), Hooks.Point.SLA_MISS);
        }
        if (event instanceof RunListener.RunEnded ended) {
            return switch (ended.state()) {
                case SUCCEEDED -> pipeline.callbacks(Hooks.Point.SUCCESS);
                case FAILED -> pipeline.callbacks(Hooks.Point.FAILURE);
                default -> List.of();
            };
        }
        return List.of();
    }

    private List<Consumer<Event>> ofTask(String id, Hooks.Point point) {
        Hooks task = tasks.get(id);
        return task == null ? List.of() : task.callbacks(point);
    }

    private List<Consumer<Event>> ofBoth(Optional<String> taskId, Hooks.Point point) {
        List<Consumer<Event>> all = new ArrayList<>();
        taskId.ifPresent(id -> all.addAll(ofTask(id, point)));
        all.addAll(pipeline.callbacks(point));
        return all;
    }
}
