package etl.core;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a pipeline declares of one task, as plain data: everything but its code.
 *
 * @param id the task's id, unique in its pipeline
 * @param description one line for people, empty if none was given
 * @param inputs ids of the tasks whose outputs it reads, in the order of its code's arguments
 * @param upstream ids of all tasks that must succeed first, the inputs included, without repetition
 * @param retry what happens when an attempt fails
 * @param timeout the longest time of one attempt, or empty for no limit
 * @param outputType the declared type of the output, {@code Void.class} for none
 */
public record TaskView(
        String id,
        String description,
        List<String> inputs,
        List<String> upstream,
        RetryPolicy retry,
        Optional<Duration> timeout,
        Type outputType) {
    /**
     * Copies the lists.
     *
     * @param id the task's id
     * @param description one line for people
     * @param inputs ids of the tasks whose outputs it reads
     * @param upstream ids of all tasks that must succeed first
     * @param retry what happens when an attempt fails
     * @param timeout the longest time of one attempt
     * @param outputType the declared type of the output
     */
    public TaskView {
        inputs = List.copyOf(inputs);
        upstream = List.copyOf(upstream);
    }
}
