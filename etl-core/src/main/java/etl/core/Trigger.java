package etl.core;

import java.util.List;

/**
 * Everything that was declared of a task's start but its upstream tasks.
 *
 * @param rule when it starts
 * @param choices the branches that choose it
 * @param setups the tasks that it tears down
 * @param last after what it runs finally
 * @param gates ids of the upstream tasks that let an included pipeline start, of which the rule sees nothing
 * @param endOf ids of the last tasks of the included pipeline whose end it is
 */
record Trigger(
        TriggerRule rule,
        List<DeclaredChoice> choices,
        List<TaskRef<?>> setups,
        Last last,
        List<String> gates,
        List<String> endOf) {
    static final Trigger PLAIN =
            new Trigger(TriggerRule.ALL_SUCCESS, List.of(), List.of(), Last.NO, List.of(), List.of());

    /** After what a task runs finally. */
    enum Last {
        NO,
        OF_INCLUDED_PIPELINE,
        OF_ALL
    }

    static Trigger of(TriggerRule rule, List<DeclaredChoice> choices, List<TaskRef<?>> setups, boolean runsFinally) {
        return new Trigger(rule, choices, setups, runsFinally ? Last.OF_ALL : Last.NO, List.of(), List.of());
    }

    boolean isTeardown() {
        return !setups.isEmpty();
    }

    /** Whether it starts when all other tasks of the pipeline have ended. */
    boolean runsFinally() {
        return last == Last.OF_ALL;
    }

    /** Whether it makes a difference if an upstream task is a gate: whether a start needs anything but their success. */
    boolean needsGates() {
        return (rule != TriggerRule.ALL_SUCCESS || last != Last.NO || !setups.isEmpty()) && endOf.isEmpty();
    }
}
