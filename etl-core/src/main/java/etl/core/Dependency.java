package etl.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An upstream task as it was named: by reference, whose pipeline can be checked, or by id alone. */
record Dependency(String taskId, @Nullable PipelineBuilder owner) {
    static Dependency on(TaskRef<?> task) {
        return new Dependency(task.id(), task.owner());
    }

    static Dependency on(String taskId) {
        return new Dependency(Objects.requireNonNull(taskId, "taskId"), null);
    }
}
