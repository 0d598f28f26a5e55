package etl.core;

import java.lang.reflect.Type;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the runner needs of a task, in one object: a large graph is run in an order that no processor foresees, and each
 * further object would be one more wait for memory. What each attempt needs comes first, so that it lies together.
 * Immutable; the arrays are not copied.
 *
 * @param id the task's id
 * @param body its code
 * @param mapping how it is mapped, or null
 * @param timeout the longest time of one attempt, or null
 * @param pool the name of its pool, or null
 * @param poolSlots the slots that it needs there
 * @param inputs the ordinals of the tasks whose outputs it reads
 * @param downstream the ordinals of the tasks of which it is an upstream task
 * @param upstream the ordinals of all upstream tasks
 * @param start how its start follows from its upstream tasks
 * @param outputType the declared type of the output, of a mapped task that of one element
 * @param view everything that was declared
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares nodes.
record TaskNode(
        String id,
        TaskBody body,
        @Nullable Mapping mapping,
        @Nullable Duration timeout,
        @Nullable String pool,
        int poolSlots,
        int[] inputs,
        int[] downstream,
        int[] upstream,
        TaskStart start,
        Type outputType,
        TaskView view) {
    TaskNode withBody(TaskBody other) {
        return new TaskNode(
                id, other, mapping, timeout, pool, poolSlots, inputs, downstream, upstream, start, outputType, view);
    }
}
