package etl.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A group as it is drawn: a frame around tasks and other groups. The outermost one has no frame. */
final class DrawnGroup {
    private final String name;
    private final List<String> label;
    private final List<TaskView> tasks = new ArrayList<>();
    private final Map<String, DrawnGroup> groups = new LinkedHashMap<>();

    private DrawnGroup(String name, List<String> label) {
        this.name = name;
        this.label = label;
    }

    /** The groups of these tasks, in the order of their first tasks. */
    static DrawnGroup of(Pipeline pipeline, List<TaskView> tasks) {
        Map<String, InclusionView> inclusions = new LinkedHashMap<>();
        pipeline.inclusions().forEach(inclusion -> inclusions.put(inclusion.group(), inclusion));
        DrawnGroup all = new DrawnGroup("", List.of());
        int count = 0;
        for (TaskView task : tasks) {
            DrawnGroup group = all;
            String path = "";
            for (String part : task.group().map(groups -> groups.split("/")).orElse(new String[0])) {
                path = path.isEmpty() ? part : path + "/" + part;
                DrawnGroup inner = group.groups.get(part);
                if (inner == null) {
                    inner = new DrawnGroup("g" + count++, label(part, Optional.ofNullable(inclusions.get(path))));
                    group.groups.put(part, inner);
                }
                group = inner;
            }
            group.tasks.add(task);
        }
        return all;
    }

    private static List<String> label(String part, Optional<InclusionView> inclusion) {
        List<String> lines = new ArrayList<>();
        lines.add(part);
        inclusion.ifPresent(of -> lines.add(DrawnGraph.named("pipeline " + of.pipeline(), of.description())));
        return lines;
    }

    /** A name that no graph language can misread. */
    String name() {
        return name;
    }

    /** Lines of text. */
    List<String> label() {
        return label;
    }

    List<TaskView> tasks() {
        return tasks;
    }

    Iterable<DrawnGroup> groups() {
        return groups.values();
    }
}
