package etl.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds every fault of a declaration. */
final class PipelineCheck {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,200}");
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_GROUP = 1_000;
    private static final String NAME_RULE = "use 1 to 200 letters, digits, '_' or '-'";

    private final PipelineBuilder owner;
    private final String name;
    private final List<Parameter<?>> parameters;
    private final List<TaskDeclaration> tasks;
    private final Flattening flat;
    private final List<String> faults = new ArrayList<>();

    PipelineCheck(PipelineBuilder owner, String name, List<Parameter<?>> parameters, Flattening flat) {
        this.owner = owner;
        this.name = name;
        this.parameters = parameters;
        this.flat = flat;
        this.tasks = flat.tasks();
    }

    List<String> faults() {
        checkName("pipeline name", name);
        checkParameters();
        if (tasks.isEmpty()) {
            faults.add("there is no task; add one with task(\"id\").run(...)");
        }
        flat.inclusions().forEach(inclusion -> checkName("inclusion name", inclusion));
        faults.addAll(flat.faults());
        Map<String, Integer> ordinals = checkIds();
        checkGroups();
        int[][] upstream = checkUpstream(ordinals);
        Set<String> setups = new HashSet<>();
        tasks.forEach(task -> task.trigger().setups().forEach(setup -> setups.add(setup.id())));
        for (TaskDeclaration task : tasks) {
            new TriggerCheck(task, tasks, ordinals, faults).check();
            new CacheCheck(task, setups, parameters, faults).check();
        }
        for (List<Integer> cycle : TopologicalOrder.of(upstream).cycles()) {
            faults.add("cycle: " + path(cycle) + "; remove one of these dependencies");
        }
        return faults;
    }

    private void checkName(String what, String text) {
        if (!NAME.matcher(text).matches()) {
            faults.add(what + " '" + abbreviated(text) + "' is not allowed: " + NAME_RULE);
        }
    }

    private void checkParameters() {
        Set<String> seen = new HashSet<>();
        for (Parameter<?> parameter : parameters) {
            checkName("parameter name", parameter.name());
            if (!seen.add(parameter.name())) {
                faults.add("parameter '" + abbreviated(parameter.name()) + "' is declared twice; rename one of them");
            }
        }
    }

    private Map<String, Integer> checkIds() {
        Map<String, Integer> ordinals = new HashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            String id = tasks.get(i).id();
            checkId(tasks.get(i));
            if (ordinals.putIfAbsent(id, i) != null) {
                faults.add("task '" + abbreviated(id) + "' is declared twice; rename one of them");
            }
        }
        return ordinals;
    }

    /** Of an included task only the length can be wrong. */
    private void checkId(TaskDeclaration task) {
        if (!task.scope().isIncluded()) {
            checkName("task id", task.id());
        } else if (task.id().length() > LONGEST_NAME) {
            faults.add("task id '" + abbreviated(task.id()) + "' has "
                    + task.id().length()
                    + " characters, with the name of inclusion '" + task.scope().path() + "' before it; use at most "
                    + LONGEST_NAME);
        }
    }

    private void checkGroups() {
        Set<String> paths = new LinkedHashSet<>();
        tasks.forEach(task -> task.group().ifPresent(paths::add));
        for (String path : paths) {
            List<String> names = List.of(path.split("/", -1));
            if (path.length() > LONGEST_GROUP
                    || !names.stream().allMatch(group -> NAME.matcher(group).matches())) {
                faults.add("group '" + abbreviated(path) + "' is not allowed: " + NAME_RULE
                        + " for each name, '/' between names, and at most " + LONGEST_GROUP + " characters in all");
            }
        }
    }

    private int[][] checkUpstream(Map<String, Integer> ordinals) {
        int[][] upstream = new int[tasks.size()][];
        for (int i = 0; i < upstream.length; i++) {
            TaskDeclaration task = tasks.get(i);
            List<Integer> known = new ArrayList<>();
            for (Dependency dependency : task.upstream()) {
                Integer ordinal = ordinals.get(dependency.taskId());
                if (dependency.owner() != null && dependency.owner() != owner) {
                    faults.add("task '" + abbreviated(task.id()) + "' depends on '" + dependency.taskId()
                            + "' of another pipeline; declare that task in this one");
                } else if (ordinal == null) {
                    faults.add("task '" + abbreviated(task.id()) + "' depends on unknown task '"
                            + abbreviated(dependency.taskId()) + "'; declare it or correct the id");
                } else {
                    known.add(ordinal);
                }
            }
            if (task.trigger().runsFinally()) {
                for (int other = 0; other < tasks.size(); other++) {
                    if (!tasks.get(other).trigger().runsFinally()) {
                        known.add(other);
                    }
                }
            }
            upstream[i] = known.stream().mapToInt(Integer::intValue).distinct().toArray();
        }
        return upstream;
    }

    private String path(List<Integer> cycle) {
        List<String> ids = new ArrayList<>();
        cycle.forEach(ordinal -> ids.add(tasks.get(ordinal).id()));
        ids.add(ids.get(0));
        return ids.size() <= 12
                ? String.join(" -> ", ids)
                : String.join(" -> ", ids.subList(0, 10)) + " -> ... (" + cycle.size() + " tasks) -> " + ids.get(0);
    }

    static String abbreviated(String text) {
        String start = text.codePointCount(0, text.length()) <= 60
                ? text
                : text.substring(0, text.offsetByCodePoints(0, 60)) + "...";
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}
