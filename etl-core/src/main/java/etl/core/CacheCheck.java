package etl.core;

import etl.core.TriggerRule.Decision;
import etl.core.TriggerRule.Upstream;
import java.util.List;
import java.util.Set;

/** Finds the faults of one task's cache. */
final class CacheCheck {
    private final TaskDeclaration task;
    private final Set<String> setups;
    private final List<Parameter<?>> parameters;
    private final List<String> faults;
    private final String name;

    CacheCheck(TaskDeclaration task, Set<String> setups, List<Parameter<?>> parameters, List<String> faults) {
        this.task = task;
        this.setups = setups;
        this.parameters = parameters;
        this.faults = faults;
        this.name = "task '" + PipelineCheck.abbreviated(task.id()) + "'";
    }

    void check() {
        task.cache().ifPresent(this::check);
    }

    private void check(Cache cache) {
        Trigger trigger = task.trigger();
        if (trigger.isTeardown() || trigger.last() != Trigger.Last.NO) {
            faults.add(name + " has a cache but cleans up, which has to be done each time; remove its cache");
        }
        if (setups.contains(task.id())) {
            faults.add(
                    name + " has a cache but is torn down afterwards, so that its output is of no use to another run;"
                            + " remove its cache");
        }
        Scope scope = task.scope();
        List<Parameter<?>> known = scope.isIncluded() ? scope.parameters() : parameters;
        cache.countedArguments()
                .ifPresent(counting -> counting.stream()
                        .filter(parameter -> !known.contains(parameter))
                        .forEach(parameter -> faults.add(name + ": its cache counts parameter "
                                + Quoted.of(parameter.name()) + ", which its pipeline does not declare")));
        for (TaskRef<?> read : cache.countedUpstream()) {
            if (!scope.owns(read) || !isUpstream(scope.taskId(read))) {
                faults.add(name + ": its cache reads task " + Quoted.of(read.id())
                        + ", which is not a direct upstream task of it; declare after(" + read.id() + ")");
            }
        }
        if (!cache.countedUpstream().isEmpty() && startsEarly(trigger.rule())) {
            faults.add(name
                    + ": its cache reads upstream tasks, which may not have ended when the task starts by its rule "
                    + trigger.rule() + "; give the cache a key(..)");
        }
    }

    private boolean isUpstream(String id) {
        return task.upstream().stream()
                .anyMatch(dependency -> dependency.taskId().equals(id));
    }

    /** Whether the rule lets a task start while upstream tasks go on. */
    static boolean startsEarly(TriggerRule rule) {
        for (int flags = 0; flags < 16; flags++) {
            Upstream some = new Upstream(false, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0);
            if (rule.decide(some) == Decision.START) {
                return true;
            }
        }
        return false;
    }
}
