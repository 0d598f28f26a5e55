package etl.core;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * A typed reference to a task of one pipeline: what other tasks name as their input, and what
 * {@link RunReport#output(TaskRef)} reads. Immutable and safe for use by many threads.
 *
 * @param <T> the type of the task's output
 */
@SuppressWarnings("UnusedTypeParameter")
public final class TaskRef<T extends @Nullable Object> {
    private final PipelineBuilder owner;
    private final String id;
    private final Type type;

    TaskRef(PipelineBuilder owner, String id, Type type) {
        this.owner = owner;
        this.id = id;
        this.type = type;
    }

    /**
     * The task's id.
     *
     * @return the id, unique in its pipeline
     */
    public String id() {
        return id;
    }

    /**
     * The declared type of the output.
     *
     * @return the type; {@code Void.class} for a task without an output
     */
    public Type type() {
        return type;
    }

    PipelineBuilder owner() {
        return owner;
    }

    @Override
    public String toString() {
        return id;
    }
}
