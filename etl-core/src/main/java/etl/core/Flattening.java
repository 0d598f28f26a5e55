package etl.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Makes tasks of everything that a builder has declared: an included pipeline becomes its tasks. */
final class Flattening {
    private final PipelineBuilder outer;
    private final Scope own;
    private final String name;
    private final Set<Parameter<?>> parameters;
    private final List<TaskDeclaration> tasks = new ArrayList<>();
    private final List<Scope> scopes = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final Set<String> inclusions = new LinkedHashSet<>();
    private final Map<String, Boolean> runsFinally = new HashMap<>();

    Flattening(PipelineBuilder outer, Scope own, String name, List<Parameter<?>> parameters, List<Declared> declared) {
        this.outer = outer;
        this.own = own;
        this.name = name;
        this.parameters = new HashSet<>(parameters);
        if (declared.stream().anyMatch(Inclusion.class::isInstance)) {
            declared.forEach(this::addIds);
        }
        for (Declared part : declared) {
            if (part instanceof TaskDeclaration task) {
                tasks.add(task);
            } else if (part instanceof Inclusion inclusion) {
                if (inclusions.add(inclusion.name())) {
                    include(inclusion);
                } else {
                    faults.add("inclusion " + Quoted.of(inclusion.name()) + " is declared twice; rename one of them");
                }
            }
        }
    }

    private void addIds(Declared part) {
        if (part instanceof TaskDeclaration task) {
            runsFinally.put(task.id(), task.trigger().runsFinally());
        } else if (part instanceof Inclusion inclusion) {
            inclusion.pipeline().tasks().forEach(task -> runsFinally.put(inclusion.taskId(task.id()), false));
            if (inclusion.hasEnd()) {
                runsFinally.put(inclusion.name(), false);
            }
        }
    }

    List<TaskDeclaration> tasks() {
        return tasks;
    }

    /** Those of the included pipelines, each before those within it. */
    List<Scope> scopes() {
        return scopes;
    }

    /** The names of the inclusions. */
    Set<String> inclusions() {
        return inclusions;
    }

    List<String> faults() {
        return faults;
    }

    private void include(Inclusion inclusion) {
        Pipeline inner = inclusion.pipeline();
        InclusionCheck check = new InclusionCheck(outer, name, inclusion, faults);
        check.checkPipeline();
        List<String> gates = check.gates(runsFinally);
        Scope scope = Scope.included(inner, inclusion.name(), inclusion.path(), gates, check.bindings(parameters));
        IdentityHashMap<Scope, Scope> moved = new IdentityHashMap<>();
        moved.put(inner.scope(), scope);
        inner.scopes().forEach(deeper -> moved.put(deeper, deeper.within(scope)));
        List<Scope> added = new ArrayList<>(List.of(scope));
        inner.scopes().forEach(deeper -> added.add(Objects.requireNonNull(moved.get(deeper))));
        for (Scope each : added) {
            ArgumentFaults wrong = ArgumentFaults.none();
            each.verifyKnown(wrong);
            faults.addAll(wrong.list());
        }
        scopes.addAll(added);
        for (int task = 0; task < inner.size(); task++) {
            TaskDeclaration declaration = inner.declaration(task);
            tasks.add(included(
                    scope,
                    declaration,
                    inner.task(task).upstream(),
                    gates,
                    Objects.requireNonNull(moved.get(declaration.scope()))));
        }
        if (inclusion.hasEnd()) {
            tasks.add(end(inclusion, scope));
        }
    }

    private TaskDeclaration included(
            Scope scope, TaskDeclaration task, List<String> innerUpstream, List<String> gates, Scope taskScope) {
        Trigger trigger = task.trigger();
        Set<String> upstream = new LinkedHashSet<>();
        innerUpstream.forEach(id -> upstream.add(scope.taskId(id)));
        Set<String> more = new LinkedHashSet<>();
        if (upstream.isEmpty() || (trigger.needsGates() && trigger.gates().isEmpty())) {
            more.addAll(gates);
        }
        if (trigger.endOf().isEmpty()) {
            // What its code may read must not change under it, not even when single tasks are executed again.
            taskScope.outputs().values().stream()
                    .map(Binding.OfOutput::taskId)
                    .filter(id -> Boolean.FALSE.equals(runsFinally.get(id)))
                    .forEach(more::add);
        }
        upstream.addAll(more);
        Set<String> taskGates = new LinkedHashSet<>(ids(scope, trigger.gates()));
        if (trigger.needsGates()) {
            taskGates.addAll(more);
        }
        return new TaskDeclaration(
                scope.taskId(task.id()),
                task.description(),
                Optional.of(
                        task.group().map(group -> scope.group() + "/" + group).orElse(scope.group())),
                task.retry(),
                task.timeout(),
                new Trigger(
                        trigger.rule(),
                        trigger.choices().stream()
                                .map(choice -> new DeclaredChoice(moved(scope, choice.branch()), choice.values()))
                                .toList(),
                        moved(scope, trigger.setups()),
                        trigger.last() == Trigger.Last.NO ? Trigger.Last.NO : Trigger.Last.OF_INCLUDED_PIPELINE,
                        List.copyOf(taskGates),
                        ids(scope, trigger.endOf())),
                task.outputType(),
                task.mapping(),
                task.scarcity(),
                moved(scope, task.inputs()),
                upstream.stream().map(id -> new Dependency(id, outer)).toList(),
                task.code(),
                task.hooks(),
                task.cache(),
                taskScope);
    }

    private TaskRef<?> moved(Scope scope, TaskRef<?> task) {
        return new TaskRef<>(outer, scope.taskId(task.id()), task.type());
    }

    private List<TaskRef<?>> moved(Scope scope, List<TaskRef<?>> refs) {
        List<TaskRef<?>> moved = new ArrayList<>(refs.size());
        refs.forEach(task -> moved.add(moved(scope, task)));
        return List.copyOf(moved);
    }

    private static List<String> ids(Scope scope, List<String> inner) {
        return inner.stream().map(scope::taskId).toList();
    }

    private TaskDeclaration end(Inclusion inclusion, Scope scope) {
        Pipeline inner = inclusion.pipeline();
        return new TaskDeclaration(
                inclusion.name(),
                "",
                Optional.of(scope.group()),
                RetryPolicy.none(),
                Optional.empty(),
                new Trigger(
                        TriggerRule.ALL_SUCCESS,
                        List.of(),
                        List.of(),
                        Trigger.Last.NO,
                        List.of(),
                        ids(scope, inner.lastTasks())),
                Void.class,
                Optional.empty(),
                new Scarcity(Optional.empty(), 1, 0),
                List.of(),
                inner.tasks().stream()
                        .map(task -> new Dependency(scope.taskId(task.id()), outer))
                        .toList(),
                TaskCode.of((context, inputs) -> null),
                new HooksDeclaration().build(),
                Optional.empty(),
                own);
    }
}
