package etl.core;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.ToIntFunction;

/** Makes the nodes of declared tasks. */
final class NodesOf {
    private final List<TaskDeclaration> declared;
    private final ToIntFunction<String> ordinals;
    private final IdentityHashMap<Scope, Guard> guards = new IdentityHashMap<>();

    NodesOf(List<TaskDeclaration> declared, ToIntFunction<String> ordinals) {
        this.declared = declared;
        this.ordinals = ordinals;
    }

    TaskNode[] nodes(List<TaskView> tasks, int[][] inputs, int[][] upstream) {
        int[][] downstream = TopologicalOrder.downstream(upstream);
        TaskNode[] nodes = new TaskNode[declared.size()];
        for (int task = 0; task < nodes.length; task++) {
            TaskDeclaration declaration = declared.get(task);
            TaskView view = tasks.get(task);
            nodes[task] = new TaskNode(
                    view.id(),
                    guarded(declaration),
                    declaration.mapping().orElse(null),
                    view.timeout().orElse(null),
                    view.pool().orElse(null),
                    view.poolSlots(),
                    inputs[task],
                    downstream[task],
                    upstream[task],
                    TaskStart.of(declaration.trigger(), upstream[task], ordinals),
                    declaration.mapping().map(Mapping::elementType).orElse(view.outputType()),
                    view);
        }
        return nodes;
    }

    /** Copies of other nodes of the same tasks, with the code that is declared now. */
    TaskNode[] withTheirCode(TaskNode[] others) {
        TaskNode[] nodes = new TaskNode[others.length];
        Arrays.setAll(nodes, task -> others[task].withBody(guarded(declared.get(task))));
        return nodes;
    }

    private TaskBody guarded(TaskDeclaration task) {
        if (!task.trigger().endOf().isEmpty()) {
            return task.body();
        }
        return guards.computeIfAbsent(task.scope(), scope -> new Guard(scope, ordinals))
                .guard(task.body());
    }
}
