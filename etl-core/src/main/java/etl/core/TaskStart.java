package etl.core;

import etl.core.TriggerRule.Decision;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** How a task's start follows from its upstream tasks: its trigger rule, its choices, its part as a teardown. */
final class TaskStart {
    private static final TaskStart PLAIN = new TaskStart(TriggerRule.ALL_SUCCESS, Map.of(), new int[0], false);

    private final TriggerRule rule;
    private final Map<Integer, Set<?>> choices;
    private final int[] setups;
    private final boolean last;

    private TaskStart(TriggerRule rule, Map<Integer, Set<?>> choices, int[] setups, boolean last) {
        this.rule = rule;
        this.choices = choices;
        this.setups = setups;
        this.last = last;
    }

    static TaskStart of(Trigger trigger, ToIntFunction<String> ordinals) {
        if (trigger.equals(Trigger.PLAIN)) {
            return PLAIN;
        }
        Map<Integer, Set<?>> choices = new HashMap<>();
        trigger.choices()
                .forEach(choice ->
                        choices.merge(ordinals.applyAsInt(choice.branch().id()), choice.values(), TaskStart::union));
        int[] setups = trigger.setups().stream()
                .mapToInt(setup -> ordinals.applyAsInt(setup.id()))
                .toArray();
        boolean cleansUp = trigger.isTeardown() || trigger.runsFinally();
        return new TaskStart(cleansUp ? TriggerRule.ALL_DONE : trigger.rule(), choices, setups, cleansUp);
    }

    private static Set<?> union(Set<?> some, Set<?> others) {
        Set<Object> both = new HashSet<>(some);
        both.addAll(others);
        return both;
    }

    /** Whether the task has its turn even in a run that is being cancelled. */
    boolean cleansUp() {
        return last;
    }

    boolean isChosenBy(int upstream) {
        return !choices.isEmpty() && choices.containsKey(upstream);
    }

    /** The state in which this task sees an upstream task that has ended: one that did not choose it counts as skipped. */
    TaskState seen(int upstream, TaskState state, IntFunction<@Nullable Object> outputs) {
        if (state != TaskState.SUCCEEDED || !isChosenBy(upstream)) {
            return state;
        }
        Object output = outputs.apply(upstream);
        Set<?> chosen = choices.getOrDefault(upstream, Set.of());
        return output != null && chosen.contains(output) ? state : TaskState.SKIPPED;
    }

    TriggerRule rule() {
        return rule;
    }

    /** The last word on a task that its rule lets start: a teardown starts only if there is something to tear down. */
    Decision confirm(IntFunction<TaskState> states) {
        boolean skipped = setups.length > 0;
        for (int setup : setups) {
            TaskState state = states.apply(setup);
            if (state == TaskState.FAILED || state == TaskState.UPSTREAM_FAILED || state == TaskState.CANCELLED) {
                return Decision.UPSTREAM_FAILED;
            }
            skipped &= state == TaskState.SKIPPED;
        }
        return skipped ? Decision.SKIP : Decision.START;
    }
}
