package etl.core;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds the faults of one task's trigger rule, choices, setups and part at the end. */
final class TriggerCheck {
    private final TaskDeclaration task;
    private final List<TaskDeclaration> tasks;
    private final Map<String, Integer> ordinals;
    private final List<String> faults;
    private final String name;

    TriggerCheck(
            TaskDeclaration task, List<TaskDeclaration> tasks, Map<String, Integer> ordinals, List<String> faults) {
        this.task = task;
        this.tasks = tasks;
        this.ordinals = ordinals;
        this.faults = faults;
        this.name = "task '" + PipelineCheck.abbreviated(task.id()) + "'";
    }

    void check() {
        checkInputs();
        checkChoices();
        checkParts();
        checkNothingFollowsTheEnd();
    }

    private void checkInputs() {
        List<String> unsure = new ArrayList<>();
        task.inputs().stream().map(TaskRef::id).filter(input -> !isSure(input)).forEach(unsure::add);
        if (!unsure.isEmpty()) {
            faults.add(
                    name + " reads the output of '" + unsure.get(0) + "', which may not have succeeded when it starts ("
                            + why() + "); name it in after(...) and read context.output(...)");
        }
    }

    private boolean isSure(String input) {
        if (task.trigger().isTeardown()) {
            return task.trigger().setups().stream().anyMatch(setup -> setup.id().equals(input));
        }
        return !task.trigger().runsFinally() && task.trigger().rule().needsEverySuccess();
    }

    private String why() {
        if (task.trigger().isTeardown()) {
            return "it is a teardown";
        }
        return task.trigger().runsFinally()
                ? "it runs finally"
                : "its trigger rule is " + task.trigger().rule();
    }

    private void checkChoices() {
        for (DeclaredChoice choice : task.trigger().choices()) {
            String branch = "task '" + PipelineCheck.abbreviated(choice.branch().id()) + "'";
            if (choice.values().isEmpty()) {
                faults.add(name + " names no output of " + branch + " for which it starts; add one to when(...)");
            }
            if (!canChoose(choice.branch().type())) {
                faults.add(branch + " cannot choose " + name + ": its output is "
                        + choice.branch().type().getTypeName() + " and neither an enum nor String nor Boolean");
            }
        }
    }

    private static boolean canChoose(Type type) {
        return type == String.class || type == Boolean.class || (type instanceof Class<?> known && known.isEnum());
    }

    private void checkParts() {
        Trigger trigger = task.trigger();
        if (trigger.isTeardown() && trigger.runsFinally()) {
            faults.add(name + " is a teardown and runs finally; choose one");
        }
        boolean cleansUp = trigger.isTeardown() || trigger.runsFinally();
        if (cleansUp
                && (trigger.rule() != TriggerRule.ALL_SUCCESS
                        || !trigger.choices().isEmpty())) {
            faults.add(
                    name + " starts when others have ended, since it is a teardown or runs finally; remove its trigger"
                            + " rule and its choices");
        }
    }

    private void checkNothingFollowsTheEnd() {
        if (task.trigger().runsFinally()) {
            return;
        }
        for (Dependency dependency : task.upstream()) {
            Integer upstream = ordinals.get(dependency.taskId());
            if (upstream != null && tasks.get(upstream).trigger().runsFinally()) {
                faults.add(name + " depends on '" + dependency.taskId() + "', which runs finally; let " + name
                        + " run finally too");
            }
        }
    }
}
