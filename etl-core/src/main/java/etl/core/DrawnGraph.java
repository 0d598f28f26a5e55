package etl.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What of a pipeline is drawn: the first tasks in topological order, as many as a picture can hold, with names that no
 * graph language can misread. Dependencies that follow from others are left out where there would be one for each task: a
 * task that runs finally is drawn below the last tasks only, as the end of an included pipeline is, and what this waits for
 * above its first tasks only.
 */
final class DrawnGraph {
    private static final int SHOWN = 80;

    private final Pipeline pipeline;
    private final List<TaskView> tasks = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();
    private final Map<String, String> names = new HashMap<>();
    private final Set<String> branches = new HashSet<>();

    /** A dependency; {@code label} is empty for an ordinary one. */
    record Edge(String from, String to, String label, boolean carriesData) {}

    /** How a task looks. */
    enum Shape {
        TASK,
        BRANCH,
        MAPPED,
        CLEANUP
    }

    DrawnGraph(Pipeline pipeline, int mostTasks, int mostEdges) {
        this.pipeline = pipeline;
        for (TaskView task : pipeline.tasks()) {
            task.choices().forEach(choice -> branches.add(choice.taskId()));
        }
        for (TaskView task : pipeline.tasksInOrder()) {
            List<Edge> above = edges(task);
            if (tasks.size() == mostTasks || edges.size() + above.size() > mostEdges) {
                break;
            }
            tasks.add(task);
            edges.addAll(above);
        }
    }

    private List<Edge> edges(TaskView task) {
        names.put(task.id(), "n" + tasks.size());
        Set<String> inputs = Set.copyOf(task.inputs());
        Set<String> all = Set.copyOf(task.upstream());
        Set<String> gates =
                Set.copyOf(pipeline.scope(pipeline.ordinal(task.id())).after());
        boolean isFirst = gates.containsAll(all);
        boolean isLast = task.runsFinally() || !task.endOf().isEmpty();
        List<Edge> above = new ArrayList<>();
        for (String upstream : task.upstream()) {
            boolean data = inputs.contains(upstream);
            boolean follows = (gates.contains(upstream) && !isFirst) || (isLast && isFollowed(upstream, all));
            if (data || !follows) {
                above.add(new Edge(name(upstream), name(task.id()), label(task, upstream), data));
            }
        }
        return above;
    }

    /** Whether a task has another one of these below it. */
    private boolean isFollowed(String task, Set<String> tasks) {
        return pipeline.downstream(task).stream().anyMatch(tasks::contains);
    }

    private static String label(TaskView task, String upstream) {
        List<String> labels = new ArrayList<>();
        task.choices().stream()
                .filter(choice -> choice.taskId().equals(upstream))
                .forEach(choice -> labels.addAll(choice.values()));
        if (task.teardownOf().contains(upstream)) {
            labels.add("teardown");
        }
        return clean(String.join(", ", labels));
    }

    List<TaskView> tasks() {
        return tasks;
    }

    List<Edge> edges() {
        return edges;
    }

    String name(String taskId) {
        return names.getOrDefault(taskId, "");
    }

    Shape shape(TaskView task) {
        if (task.runsFinally() || !task.teardownOf().isEmpty()) {
            return Shape.CLEANUP;
        }
        if (task.mapped().isPresent()) {
            return Shape.MAPPED;
        }
        return branches.contains(task.id()) ? Shape.BRANCH : Shape.TASK;
    }

    /** The pipeline's name and description. */
    String title() {
        return named(pipeline.name(), pipeline.description());
    }

    static String named(String name, String description) {
        return description.isBlank() ? name : name + ": " + clean(description);
    }

    DrawnGroup groups() {
        return DrawnGroup.of(pipeline, tasks);
    }

    /** What is missing, or empty if everything is drawn. */
    String note() {
        int all = pipeline.tasks().size();
        return tasks.size() == all
                ? ""
                : String.format(
                        Locale.ROOT,
                        "only the first %d of %d tasks are drawn; the JSON form has all of them",
                        tasks.size(),
                        all);
    }

    /** Lines of text for a task: its id, its description, its options as far as they are not the default. */
    static List<String> label(TaskView task) {
        List<String> lines = new ArrayList<>();
        lines.add(task.id());
        if (!task.description().isBlank()) {
            lines.add(clean(task.description()));
        }
        List<String> options = new ArrayList<>();
        if (task.runsFinally()) {
            options.add("finally");
        } else if (task.triggerRule() != TriggerRule.ALL_SUCCESS) {
            options.add(task.triggerRule().name().toLowerCase(Locale.ROOT));
        }
        if (!task.endOf().isEmpty()) {
            options.add("end");
        }
        task.mapped().ifPresent(mapped -> options.add(mapped(mapped)));
        if (task.retry().maxAttempts() > 1) {
            options.add(task.retry().maxAttempts() + " attempts");
        }
        task.timeout().ifPresent(timeout -> options.add("timeout " + timeout));
        task.pool()
                .ifPresent(pool -> options.add("pool " + pool + (task.poolSlots() > 1 ? " x" + task.poolSlots() : "")));
        if (task.priority() != 0) {
            options.add("priority " + task.priority());
        }
        task.hooks().sla().ifPresent(sla -> options.add("SLA " + sla));
        if (!options.isEmpty()) {
            lines.add(clean(String.join(", ", options)));
        }
        return lines;
    }

    private static String mapped(TaskView.Mapped mapped) {
        String text = "mapped";
        if (mapped.fixedElements().isPresent()) {
            text += " over " + mapped.fixedElements().getAsInt();
        }
        if (mapped.atOnce().isPresent()) {
            text += ", " + mapped.atOnce().getAsInt() + " at once";
        }
        return text;
    }

    /** One line of bounded length, without control characters and halves of characters. */
    private static String clean(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().forEach(c -> line.appendCodePoint(printable(c)));
        String single = line.toString().strip().replaceAll(" {2,}", " ");
        return single.codePointCount(0, single.length()) <= SHOWN
                ? single
                : single.substring(0, single.offsetByCodePoints(0, SHOWN)) + "...";
    }

    private static int printable(int c) {
        return switch (Character.getType(c)) {
            case Character.SURROGATE -> 0xfffd;
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> ' ';
            default -> c;
        };
    }
}
