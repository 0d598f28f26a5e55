package etl.core;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a pipeline declares of one task, as plain data: everything but its code.
 *
 * @param id the task's id, unique in its pipeline
 * @param description one line for people, empty if none was given
 * @param group the group it is in, with the groups around it as {@code load/orders}, or empty
 * @param inputs ids of the tasks whose outputs it reads, in the order of its code's arguments
 * @param upstream ids of all tasks that must end first, the inputs and the gates included, without repetition
 * @param gates ids of the upstream tasks that must have succeeded before anything else about its start is looked at, and that
 *     its trigger rule does not see: what the included pipeline of which it is a part waits for
 * @param retry what happens when an attempt fails
 * @param timeout the longest time of one attempt, or empty for no limit
 * @param outputType the declared type of the output, {@code Void.class} for none
 * @param triggerRule when it starts
 * @param choices the branches that choose it, and their outputs for which it starts
 * @param teardownOf ids of the tasks that it tears down; empty for any other task
 * @param runsFinally whether it starts when all other tasks, of its own pipeline if that is included in another one, have
 *     ended
 * @param endOf ids of the last tasks of the included pipeline whose {@linkplain Inclusion#end() end} it is; empty for any
 *     other task
 * @param mapped how it is mapped over the elements of lists, or empty for a task that runs once
 * @param pool the pool of which it needs slots, or empty
 * @param poolSlots how many slots of the pool it needs
 * @param priority how important it is where slots are scarce, from -1000 to 1000
 * @param hooks its SLA, and when it has callbacks
 * @param cache when its output is reused, or empty for never
 */
public record TaskView(
        String id,
        String description,
        Optional<String> group,
        List<String> inputs,
        List<String> upstream,
        List<String> gates,
        RetryPolicy retry,
        Optional<Duration> timeout,
        Type outputType,
        TriggerRule triggerRule,
        List<Choice> choices,
        List<String> teardownOf,
        boolean runsFinally,
        List<String> endOf,
        Optional<Mapped> mapped,
        Optional<String> pool,
        int poolSlots,
        int priority,
        Hooks hooks,
        Optional<Cached> cache) {
    /**
     * Copies the lists.
     *
     * @param id the task's id
     * @param description one line for people
     * @param group the group it is in
     * @param inputs ids of the tasks whose outputs it reads
     * @param upstream ids of all tasks that must end first
     * @param gates ids of the upstream tasks that must have succeeded before anything else is looked at
     * @param retry what happens when an attempt fails
     * @param timeout the longest time of one attempt
     * @param outputType the declared type of the output
     * @param triggerRule when it starts
     * @param choices the branches that choose it
     * @param teardownOf ids of the tasks that it tears down
     * @param runsFinally whether it starts when all other tasks have ended
     * @param endOf ids of the last tasks of the included pipeline whose end it is
     * @param mapped how it is mapped over the elements of lists
     * @param pool the pool of which it needs slots
     * @param poolSlots how many slots of the pool it needs
     * @param priority how important it is where slots are scarce
     * @param hooks its SLA, and when it has callbacks
     * @param cache when its output is reused
     */
    public TaskView {
        inputs = List.copyOf(inputs);
        upstream = List.copyOf(upstream);
        gates = List.copyOf(gates);
        endOf = List.copyOf(endOf);
        choices = List.copyOf(choices);
        teardownOf = List.copyOf(teardownOf);
    }

    /**
     * Whether the task starts when every upstream task has succeeded, and has no other part to play.
     *
     * @return true for a task with the default rule that no branch chooses and that is neither a teardown nor mapped nor
     *     runs finally nor is the end of an included pipeline
     */
    public boolean isPlain() {
        return triggerRule == TriggerRule.ALL_SUCCESS
                && choices.isEmpty()
                && teardownOf.isEmpty()
                && !runsFinally
                && gates.isEmpty()
                && endOf.isEmpty()
                && mapped.isEmpty();
    }

    /**
     * How a task is mapped over the elements of lists.
     *
     * @param over {@code LIST} for one list, {@code ZIP} for two in step, {@code PRODUCT} for their combinations
     * @param fixedElements how many elements there are if the list is known, else the lists are the task's inputs
     * @param atOnce how many elements may be under way at once, or empty for no limit of their own
     * @param elementType the declared type of one element's output
     */
    public record Mapped(String over, OptionalInt fixedElements, OptionalInt atOnce, Type elementType) {}

    /**
     * What a task's {@link Cache} lets count, and for how long its output is reused. What the functions in it compute is no
     * data; that they are there is.
     *
     * @param version the version of the task's code
     * @param ttl how long an output is reused, or empty for no limit
     * @param arguments names of the parameters whose arguments count, or empty if all do, and the data interval; without
     *     meaning if there is an explicit key
     * @param reads ids of the upstream tasks that count and are no inputs
     * @param inputs names of what else counts
     * @param explicitKey whether a key of the task's own replaces its inputs, arguments and data interval
     */
    public record Cached(
            String version,
            Optional<Duration> ttl,
            Optional<List<String>> arguments,
            List<String> reads,
            List<String> inputs,
            boolean explicitKey) {
        /**
         * Copies the lists.
         *
         * @param version the version of the task's code
         * @param ttl how long an output is reused
         * @param arguments names of the parameters whose arguments count
         * @param reads ids of the upstream tasks that count and are no inputs
         * @param inputs names of what else counts
         * @param explicitKey whether a key of the task's own replaces its inputs, arguments and data interval
         */
        public Cached {
            arguments = arguments.map(List::copyOf);
            reads = List.copyOf(reads);
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * The outputs of a branch for which a task starts.
     *
     * @param taskId the branch's id
     * @param values the text forms of the outputs, sorted
     */
    public record Choice(String taskId, List<String> values) {
        /**
         * Copies the list.
         *
         * @param taskId the branch's id
         * @param values the text forms of the outputs
         */
        public Choice {
            values = List.copyOf(values);
        }
    }
}
