package etl.core;

import java.lang.reflect.Type;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the runner needs of a task, in one object: a large graph is run in an order that no processor foresees, and each
 * further object would be one more wait for memory. Immutable; the arrays are not copied.
 *
 * @param view everything that was declared
 * @param id the task's id
 * @param body its code
 * @param start how its start follows from its upstream tasks
 * @param mapping how it is mapped, or null
 * @param timeout the longest time of one attempt, or null
 * @param pool the name of its pool, or null
 * @param poolSlots the slots that it needs there
 * @param outputType the declared type of the output, of a mapped task that of one element
 * @param inputs the ordinals of the tasks whose outputs it reads
 * @param upstream the ordinals of all upstream tasks
 * @param downstream the ordinals of the tasks of which it is an upstream task
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares nodes.
record TaskNode(
        TaskView view,
        String id,
        TaskBody body,
        TaskStart start,
        @Nullable Mapping mapping,
        @Nullable Duration timeout,
        @Nullable String pool,
        int poolSlots,
        Type outputType,
        int[] inputs,
        int[] upstream,
        int[] downstream) {
    TaskNode withBody(TaskBody other) {
        return new TaskNode(
                view, id, other, start, mapping, timeout, pool, poolSlots, outputType, inputs, upstream, downstream);
    }
}
