package etl.core;

import etl.core.spi.StoredRun;
import etl.core.spi.StoredTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a store knows of how a pipeline differs from the one that a run was begun with: a fingerprint tells only that it does.
 */
final class ChangedDefinition {
    private static final int MOST_NAMES = 10;

    private final List<String> differences = new ArrayList<>();

    private ChangedDefinition() {}

    /** For people, such as "it has no task 'load'"; of what the store does not keep, all that may have changed. */
    static String of(StoredRun run, List<StoredTask> tasks, Pipeline pipeline) {
        ChangedDefinition changed = new ChangedDefinition();
        int before = run.definition().tasks();
        if (before != pipeline.size()) {
            changed.differences.add(tasks(pipeline.size()) + " instead of " + before);
        }
        Set<String> parameters =
                pipeline.parameters().stream().map(Parameter::name).collect(Collectors.toCollection(TreeSet::new));
        Set<String> arguments = new TreeSet<>(run.definition().arguments().keySet());
        changed.add("no task", missing(ids(tasks), ids(pipeline)));
        changed.add("no parameter", missing(arguments, parameters));
        changed.add("a new parameter", missing(parameters, arguments));
        return changed.differences.isEmpty()
                ? "its dependencies, trigger rules, or types of outputs or parameters have changed"
                : "it has " + String.join(", ", changed.differences);
    }

    private static String tasks(int number) {
        return number == 1 ? "1 task" : number + " tasks";
    }

    private static Set<String> ids(List<StoredTask> tasks) {
        return tasks.stream().map(StoredTask::taskId).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> ids(Pipeline pipeline) {
        return pipeline.tasks().stream().map(TaskView::id).collect(Collectors.toSet());
    }

    private static Set<String> missing(Set<String> names, Set<String> where) {
        Set<String> missing = new TreeSet<>(names);
        missing.removeAll(where);
        return missing;
    }

    private void add(String what, Set<String> names) {
        names.stream().limit(MOST_NAMES).forEach(name -> differences.add(what + " '" + name + "'"));
        if (names.size() > MOST_NAMES) {
            differences.add("and so on");
        }
    }
}
