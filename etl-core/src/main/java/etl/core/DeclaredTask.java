package etl.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** The plain data of a declared task. */
final class DeclaredTask {
    private DeclaredTask() {}

    /** The view of one of the tasks that were declared. */
    static TaskView of(TaskDeclaration task, List<TaskDeclaration> declared) {
        Set<String> upstream = new LinkedHashSet<>();
        task.upstream().forEach(dependency -> upstream.add(dependency.taskId()));
        if (task.trigger().runsFinally()) {
            declared.stream()
                    .filter(other -> !other.trigger().runsFinally())
                    .forEach(other -> upstream.add(other.id()));
        }
        return new TaskView(
                task.id(),
                task.description(),
                task.group(),
                task.inputs().stream().map(TaskRef::id).toList(),
                new ArrayList<>(upstream),
                task.trigger().gates(),
                task.retry(),
                task.timeout(),
                task.outputType(),
                task.trigger().rule(),
                task.trigger().choices().stream().map(DeclaredTask::view).toList(),
                task.trigger().setups().stream().map(TaskRef::id).distinct().toList(),
                task.trigger().last() != Trigger.Last.NO,
                task.trigger().endOf(),
                task.mapping().map(DeclaredTask::view),
                task.scarcity().pool(),
                task.scarcity().poolSlots(),
                task.scarcity().priority(),
                task.hooks(),
                task.cache().map(cache -> view(task.scope(), cache)));
    }

    private static TaskView.Cached view(Scope scope, Cache cache) {
        return new TaskView.Cached(
                cache.version(),
                cache.ttl(),
                cache.countedArguments()
                        .map(counting -> counting.stream().map(Parameter::name).toList()),
                cache.countedUpstream().stream().map(scope::taskId).toList(),
                List.copyOf(cache.inputs().keySet()),
                cache.ownKey() != null);
    }

    private static TaskView.Mapped view(Mapping mapping) {
        return new TaskView.Mapped(
                mapping.kind().name(),
                mapping.isFixed() ? OptionalInt.of(mapping.fixed().get(0).size()) : OptionalInt.empty(),
                mapping.atOnce(),
                mapping.elementType());
    }

    private static TaskView.Choice view(DeclaredChoice choice) {
        return new TaskView.Choice(
                choice.branch().id(),
                choice.values().stream().map(String::valueOf).sorted().toList());
    }
}
