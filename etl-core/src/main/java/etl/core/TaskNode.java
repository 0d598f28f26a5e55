package etl.core;

import java.lang.reflect.Type;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the runner needs of some tasks or in some cases; what it needs of every task, always, is in the {@link TaskColumns}.
 * Immutable; the arrays are not copied.
 *
 * @param mapping how it is mapped, or null
 * @param timeout the longest time of one attempt, or null
 * @param inputs the ordinals of the tasks whose outputs it reads
 * @param upstream the ordinals of all upstream tasks
 * @param start how its start follows from its upstream tasks
 * @param outputType the declared type of the output, of a mapped task that of one element
 * @param view everything that was declared
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares nodes.
record TaskNode(
        @Nullable Mapping mapping,
        @Nullable Duration timeout,
        int[] inputs,
        int[] upstream,
        TaskStart start,
        Type outputType,
        TaskView view) {}
