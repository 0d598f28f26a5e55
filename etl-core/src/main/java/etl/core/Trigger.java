package etl.core;

import java.util.List;

/** Everything that was declared of a task's start but its upstream tasks. */
record Trigger(TriggerRule rule, List<DeclaredChoice> choices, List<TaskRef<?>> setups, boolean runsFinally) {
    static final Trigger PLAIN = new Trigger(TriggerRule.ALL_SUCCESS, List.of(), List.of(), false);

    boolean isTeardown() {
        return !setups.isEmpty();
    }
}
