package etl.core;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.ToIntFunction;

/** Makes the nodes of declared tasks, and what is executed for them. */
final class NodesOf {
    private final List<TaskDeclaration> declared;
    private final ToIntFunction<String> ordinals;
    private final IdentityHashMap<Scope, Guard> guards = new IdentityHashMap<>();

    NodesOf(List<TaskDeclaration> declared, ToIntFunction<String> ordinals) {
        this.declared = declared;
        this.ordinals = ordinals;
    }

    TaskNode[] nodes(List<TaskView> tasks, int[][] inputs, int[][] upstream) {
        TaskNode[] nodes = new TaskNode[declared.size()];
        for (int task = 0; task < nodes.length; task++) {
            TaskDeclaration declaration = declared.get(task);
            TaskView view = tasks.get(task);
            nodes[task] = new TaskNode(
                    declaration.mapping().orElse(null),
                    view.timeout().orElse(null),
                    inputs[task],
                    upstream[task],
                    TaskStart.of(declaration.trigger(), upstream[task], ordinals),
                    declaration.mapping().map(Mapping::elementType).orElse(view.outputType()),
                    view);
        }
        return nodes;
    }

    TaskBody[] bodies() {
        return declared.stream().map(this::guarded).toArray(TaskBody[]::new);
    }

    private TaskBody guarded(TaskDeclaration task) {
        if (!task.trigger().endOf().isEmpty()) {
            return task.body();
        }
        return guards.computeIfAbsent(task.scope(), scope -> new Guard(scope, ordinals))
                .guard(task.body());
    }
}
