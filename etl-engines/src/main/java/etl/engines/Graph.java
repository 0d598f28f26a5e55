package etl.engines;

import etl.core.Hooks;
import etl.core.InclusionView;
import etl.core.Pipeline;
import etl.core.TaskView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pipeline's tasks in a runnable order, with the Python names of their variables. The names are numbers, so that no two
 * ids can become one name.
 */
public final class Graph {
    private final Pipeline pipeline;
    private final List<TaskView> tasks;
    private final Map<String, String> names = new LinkedHashMap<>();

    /**
     * The graph of a pipeline.
     *
     * @param pipeline the pipeline
     * @param reserved task ids that the artifact needs itself
     * @throws ExportRefusedException if a task has a reserved id
     */
    public Graph(Pipeline pipeline, Set<String> reserved) {
        this.pipeline = pipeline;
        this.tasks = pipeline.tasksInOrder();
        if (isHooked(pipeline.hooks())) {
            throw new ExportRefusedException(
                    "pipeline '" + pipeline.name()
                            + "' cannot be exported yet: it has callbacks or an SLA; run it locally",
                    null);
        }
        if (pipeline.deadline().isPresent()) {
            throw new ExportRefusedException(
                    "pipeline '" + pipeline.name() + "' cannot be exported yet: it has a deadline; run it locally",
                    null);
        }
        if (pipeline.schedule().isPresent()) {
            throw new ExportRefusedException(
                    "pipeline '" + pipeline.name()
                            + "' cannot be exported yet: it has a schedule; build it without one for the engine, and let"
                            + " the engine start it",
                    null);
        }
        for (TaskView task : tasks) {
            if (reserved.contains(task.id())) {
                throw new ExportRefusedException(
                        "task '" + task.id()
                                + "' cannot be exported: the artifact needs that id itself; rename the task",
                        null);
            }
            refuseWhatNoArtifactKeepsYet(task);
            names.put(task.id(), String.format(java.util.Locale.ROOT, "t_%04d", names.size() + 1));
        }
    }

    private static boolean isHooked(Hooks hooks) {
        return hooks.sla().isPresent() || !hooks.points().isEmpty();
    }

    private static void refuseWhatNoArtifactKeepsYet(TaskView task) {
        String why = null;
        if (!task.isPlain()) {
            why =
                    "it has a trigger rule, is chosen by a branch, is mapped, is a teardown, runs finally or is the end of an"
                            + " included pipeline";
        } else if (task.pool().isPresent()) {
            why = "it needs a pool";
        } else if (task.priority() != 0) {
            why = "it has a priority";
        } else if (isHooked(task.hooks())) {
            why = "it has callbacks or an SLA";
        }
        if (why != null) {
            throw new ExportRefusedException(
                    "task '" + task.id() + "' cannot be exported yet: " + why + "; run the pipeline locally", null);
        }
    }

    /**
     * The tasks, each after its upstream tasks.
     *
     * @return the tasks
     */
    public List<TaskView> tasks() {
        return tasks;
    }

    /**
     * A task's variable.
     *
     * @param taskId the task's id
     * @return for example {@code t_0001}
     */
    public String name(String taskId) {
        return names.getOrDefault(taskId, "");
    }

    /**
     * The variables of all tasks.
     *
     * @return their names, in the order of {@link #tasks()}
     */
    public List<String> names() {
        return List.copyOf(names.values());
    }

    /**
     * The variables of a task's upstream tasks.
     *
     * @param task the task
     * @return their names in the order of declaration
     */
    public List<String> upstream(TaskView task) {
        return task.upstream().stream().map(this::name).toList();
    }

    /**
     * How groups, included pipelines and caches are told in the mapping report.
     *
     * @return the entries, none for a pipeline that has none of them
     */
    public List<MappingReport.Mapping> mappings() {
        List<MappingReport.Mapping> mappings = new ArrayList<>();
        if (!pipeline.groups().isEmpty()) {
            mappings.add(new MappingReport.Mapping(
                    pipeline.name(),
                    "groups",
                    MappingReport.Fidelity.APPROXIMATED,
                    "names only, which the artifact leaves out: "
                            + String.join(", ", pipeline.groups().keySet())));
        }
        for (InclusionView inclusion : pipeline.inclusions()) {
            mappings.add(new MappingReport.Mapping(
                    pipeline.name(),
                    "inclusion " + inclusion.path(),
                    MappingReport.Fidelity.EXACT,
                    "each task of pipeline " + inclusion.pipeline() + " is a task of the artifact"));
            if (!inclusion.arguments().isEmpty()) {
                mappings.add(new MappingReport.Mapping(
                        pipeline.name(),
                        "inclusion " + inclusion.path() + ", arguments",
                        MappingReport.Fidelity.DELEGATED,
                        "the JVM of a task takes them from the run's arguments, from pipeline_tasks or from the"
                                + " pipeline itself, and checks them"));
            }
        }
        tasks.forEach(task -> task.cache().ifPresent(cache -> mappings.add(mapping(task, cache))));
        return mappings;
    }

    private static MappingReport.Mapping mapping(TaskView task, TaskView.Cached cache) {
        return new MappingReport.Mapping(
                task.id(),
                "cache",
                MappingReport.Fidelity.DELEGATED,
                "the JVM of the task reuses an output of version " + cache.version()
                        + ", or waits for another run that computes it, and does not execute the code then; the engine"
                        + " cannot ask for a refresh");
    }

    /**
     * The variables of the tasks that nothing depends on.
     *
     * @return their names
     */
    public List<String> leaves() {
        Set<String> upstream = new HashSet<>();
        tasks.forEach(task -> upstream.addAll(task.upstream()));
        return tasks.stream()
                .map(TaskView::id)
                .filter(id -> !upstream.contains(id))
                .map(this::name)
                .toList();
    }

    /**
     * Several variables as Python: one name, or a list of names.
     *
     * @param variables at least one name
     * @return Python source
     */
    public static String oneOrList(List<String> variables) {
        return variables.size() == 1 ? variables.get(0) : "[" + String.join(", ", variables) + "]";
    }
}
