package etl.core;

import etl.core.TriggerRule.Decision;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How a task's start follows from its upstream tasks: its trigger rule, its choices, its part as a teardown or as the end
 * of an included pipeline, and the gates of that pipeline.
 */
final class TaskStart {
    private static final int[] NONE = {};
    private static final TaskStart PLAIN =
            new TaskStart(TriggerRule.ALL_SUCCESS, Map.of(), NONE, NONE, NONE, false, false);

    private final TriggerRule rule;
    private final Map<Integer, Set<?>> choices;
    private final int[] mustNotFail;
    private final int[] mustNotAllBeSkipped;
    private final int[] gates;
    private final boolean hasOnlyGates;
    private final boolean cleansUp;

    private TaskStart(
            TriggerRule rule,
            Map<Integer, Set<?>> choices,
            int[] mustNotFail,
            int[] mustNotAllBeSkipped,
            int[] gates,
            boolean hasOnlyGates,
            boolean cleansUp) {
        this.rule = rule;
        this.choices = choices;
        this.mustNotFail = mustNotFail;
        this.mustNotAllBeSkipped = mustNotAllBeSkipped;
        this.gates = gates;
        this.hasOnlyGates = hasOnlyGates;
        this.cleansUp = cleansUp;
    }

    static TaskStart of(Trigger trigger, int[] upstream, ToIntFunction<String> ordinals) {
        if (trigger.equals(Trigger.PLAIN)) {
            return PLAIN;
        }
        Map<Integer, Set<?>> choices = new HashMap<>();
        trigger.choices()
                .forEach(choice ->
                        choices.merge(ordinals.applyAsInt(choice.branch().id()), choice.values(), TaskStart::union));
        int[] setups = ordinals(trigger.setups().stream().map(TaskRef::id).toList(), ordinals);
        int[] gates = ordinals(trigger.gates(), ordinals);
        boolean isEnd = !trigger.endOf().isEmpty();
        boolean cleansUp = trigger.isTeardown() || trigger.last() != Trigger.Last.NO;
        return new TaskStart(
                cleansUp || isEnd ? TriggerRule.ALL_DONE : trigger.rule(),
                choices,
                isEnd ? upstream : setups,
                isEnd ? ordinals(trigger.endOf(), ordinals) : setups,
                gates,
                gates.length > 0 && gates.length == upstream.length,
                cleansUp);
    }

    private static int[] ordinals(Collection<String> ids, ToIntFunction<String> ordinals) {
        return ids.stream().mapToInt(ordinals).toArray();
    }

    private static Set<?> union(Set<?> some, Set<?> others) {
        Set<Object> both = new HashSet<>(some);
        both.addAll(others);
        return both;
    }

    /** Whether the task has the rule ALL_SUCCESS and nothing else to consider. */
    boolean isPlain() {
        return this == PLAIN;
    }

    /** Whether the task has its turn even in a run that is being cancelled. */
    boolean cleansUp() {
        return cleansUp;
    }

    boolean isChosenBy(int upstream) {
        return !choices.isEmpty() && choices.containsKey(upstream);
    }

    /**
     * The state in which this task's rule sees an upstream task that has ended: one that did not choose it counts as
     * skipped, and of a gate it sees nothing, which is PENDING.
     */
    TaskState seen(int upstream, TaskState state, IntFunction<@Nullable Object> outputs) {
        for (int gate : gates) {
            if (gate == upstream) {
                return TaskState.PENDING;
            }
        }
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

    /** The last word on a task: the rule is not asked before the gates are open, and a part may speak against a start. */
    Decision confirm(Decision byRule, IntFunction<TaskState> states) {
        if (this == PLAIN) {
            return byRule;
        }
        Decision open = gates(states);
        if (open != Decision.START) {
            return open;
        }
        return byRule == Decision.START || hasOnlyGates ? part(states) : byRule;
    }

    /** As the rule ALL_SUCCESS says. */
    private Decision gates(IntFunction<TaskState> states) {
        Decision decision = Decision.START;
        for (int gate : gates) {
            TaskState state = states.apply(gate);
            if (hasFailed(state)) {
                return Decision.UPSTREAM_FAILED;
            }
            if (!state.isFinal()) {
                decision = Decision.WAIT;
            } else if (state == TaskState.SKIPPED && decision == Decision.START) {
                decision = Decision.SKIP;
            }
        }
        return decision;
    }

    /** A teardown starts only if there is something to tear down, and an included pipeline ends well only as a whole. */
    private Decision part(IntFunction<TaskState> states) {
        for (int task : mustNotFail) {
            if (hasFailed(states.apply(task))) {
                return Decision.UPSTREAM_FAILED;
            }
        }
        boolean skipped = mustNotAllBeSkipped.length > 0;
        for (int task : mustNotAllBeSkipped) {
            skipped &= states.apply(task) == TaskState.SKIPPED;
        }
        return skipped ? Decision.SKIP : Decision.START;
    }

    private static boolean hasFailed(TaskState state) {
        return state == TaskState.FAILED || state == TaskState.UPSTREAM_FAILED || state == TaskState.CANCELLED;
    }
}
