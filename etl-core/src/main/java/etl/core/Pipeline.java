package etl.core;

import etl.core.spi.TaskInterceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A checked pipeline: tasks, their dependencies and parameters, free of cycles. What it declares can be read as plain
 * data, which is what state stores and engine exporters work from. Immutable and safe for use by many threads.
 */
public final class Pipeline {
    private static final int[] NONE = {};

    private final PipelineBuilder owner;
    private final String name;
    private final String description;
    private final OptionalInt parallelism;
    private final Optional<Duration> deadline;
    private final Optional<Schedule> schedule;
    private final List<Parameter<?>> parameters;
    private final List<TaskDeclaration> declared;
    private final List<Scope> scopes;
    private final List<TaskView> tasks;
    private final Map<String, Integer> ordinals;
    private final TaskNode[] nodes;
    private final TaskColumns columns;
    private final @Nullable CachePlan[] caches;
    private final int[] startWords;
    private final int[] starters;
    private final boolean hasPriorities;
    private final PoolNeeds poolNeeds;
    private final int[] order;
    private final String fingerprint;
    private final Hooks hooks;
    private final PipelineHooks callbacks;

    Pipeline(
            PipelineBuilder owner,
            String name,
            String description,
            OptionalInt parallelism,
            Optional<Duration> deadline,
            Optional<Schedule> schedule,
            List<Parameter<?>> parameters,
            Flattening flat,
            Hooks hooks) {
        this.owner = owner;
        this.name = name;
        this.description = description;
        this.parallelism = parallelism;
        this.deadline = deadline;
        this.schedule = schedule;
        this.parameters = List.copyOf(parameters);
        this.declared = List.copyOf(flat.tasks());
        this.scopes = List.copyOf(flat.scopes());
        this.tasks =
                declared.stream().map(task -> DeclaredTask.of(task, declared)).toList();
        this.ordinals = new HashMap<>();
        for (TaskView task : tasks) {
            ordinals.put(task.id(), ordinals.size());
        }
        int[][] upstream = ordinals(tasks.stream().map(TaskView::upstream).toList());
        int[][] inputs = ordinals(tasks.stream().map(TaskView::inputs).toList());
        NodesOf making = new NodesOf(declared, this::ordinal);
        this.nodes = making.nodes(tasks, inputs, upstream);
        this.columns = TaskColumns.of(
                nodes,
                making.bodies(),
                Successors.of(upstream, task -> start(task).isPlain()));
        this.caches = CachePlan.of(this, declared);
        this.startWords = UpstreamStates.startWords(nodes);
        this.starters = findStarters();
        this.hasPriorities = tasks.stream().anyMatch(task -> task.priority() != 0);
        this.poolNeeds = PoolNeeds.of(tasks);
        this.order = TopologicalOrder.of(upstream).toArray();
        this.fingerprint = Fingerprint.of(this);
        this.hooks = hooks;
        this.callbacks = new PipelineHooks(hooks, tasks);
    }

    private Pipeline(Pipeline original, List<TaskDeclaration> declared) {
        this.owner = original.owner;
        this.name = original.name;
        this.description = original.description;
        this.parallelism = original.parallelism;
        this.deadline = original.deadline;
        this.schedule = original.schedule;
        this.parameters = original.parameters;
        this.declared = declared;
        this.scopes = original.scopes;
        this.tasks = original.tasks;
        this.ordinals = original.ordinals;
        this.caches = original.caches;
        this.startWords = original.startWords;
        this.starters = original.starters;
        this.hasPriorities = original.hasPriorities;
        this.poolNeeds = original.poolNeeds;
        this.nodes = original.nodes;
        this.columns = original.columns.withBodies(new NodesOf(declared, original::ordinal).bodies());
        this.order = original.order;
        this.fingerprint = original.fingerprint;
        this.hooks = original.hooks;
        this.callbacks = original.callbacks;
    }

    private int[][] ordinals(List<List<String>> ids) {
        return ids.stream()
                .map(list -> list.isEmpty()
                        ? NONE
                        : list.stream().mapToInt(this::ordinal).toArray())
                .toArray(int[][]::new);
    }

    /**
     * Begins the declaration of a pipeline.
     *
     * @param name its name: letters, digits, '_' and '-', at most 200
     * @return an empty builder
     */
    public static PipelineBuilder named(String name) {
        return new PipelineBuilder(name);
    }

    /**
     * The pipeline's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * What the pipeline does.
     *
     * @return one line for people, empty if none was given
     */
    public String description() {
        return description;
    }

    /**
     * How many tasks of one run may be executed at once.
     *
     * @return the limit, or empty if the orchestrator's own limit holds
     */
    public OptionalInt parallelism() {
        return parallelism;
    }

    /**
     * How long a run may take.
     *
     * @return the limit, or empty for none
     */
    public Optional<Duration> deadline() {
        return deadline;
    }

    /**
     * When the pipeline runs.
     *
     * @return the schedule, or empty if none was declared
     */
    public Optional<Schedule> schedule() {
        return schedule;
    }

    /**
     * The parameters in the order of their declaration.
     *
     * @return an unmodifiable list
     */
    public List<Parameter<?>> parameters() {
        return parameters;
    }

    /**
     * Finds a parameter.
     *
     * @param parameterName its name
     * @return the parameter, or empty if there is none of that name
     */
    public Optional<Parameter<?>> parameter(String parameterName) {
        for (Parameter<?> parameter : parameters) {
            if (parameter.name().equals(parameterName)) {
                return Optional.of(parameter);
            }
        }
        return Optional.empty();
    }

    /**
     * The tasks in the order of their declaration.
     *
     * @return an unmodifiable list
     */
    public List<TaskView> tasks() {
        return tasks;
    }

    /**
     * The tasks in an order in which they could run one after the other.
     *
     * @return a new list, each task after its upstream tasks
     */
    public List<TaskView> tasksInOrder() {
        List<TaskView> sorted = new ArrayList<>(order.length);
        for (int ordinal : order) {
            sorted.add(tasks.get(ordinal));
        }
        return sorted;
    }

    /**
     * The groups of tasks.
     *
     * @return for each group, by its name after those of the groups around it, the ids of the tasks in it and in the groups
     *     within it; a new map in the order of the first tasks
     */
    public Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (TaskView task : tasks) {
            String group = task.group().orElse("");
            for (int end = group.indexOf('/'); !group.isEmpty(); end = group.indexOf('/', end + 1)) {
                String around = end < 0 ? group : group.substring(0, end);
                groups.computeIfAbsent(around, any -> new ArrayList<>()).add(task.id());
                if (end < 0) {
                    break;
                }
            }
        }
        groups.replaceAll((group, ids) -> List.copyOf(ids));
        return groups;
    }

    /**
     * The pipelines that are parts of this one.
     *
     * @return an unmodifiable list in the order of declaration, each one before those within it
     */
    public List<InclusionView> inclusions() {
        return scopes.stream().map(Scope::view).toList();
    }

    /**
     * Finds a task.
     *
     * @param taskId its id
     * @return the task, or empty if there is none of that id
     */
    public Optional<TaskView> task(String taskId) {
        return Optional.ofNullable(ordinals.get(taskId)).map(tasks::get);
    }

    /**
     * The tasks directly below a task.
     *
     * @param taskId its id
     * @return the ids of the tasks of which it is an {@linkplain TaskView#upstream() upstream} task, in the order of their
     *     declaration
     * @throws IllegalArgumentException if there is no task of that id
     */
    public List<String> downstream(String taskId) {
        return Arrays.stream(downstream(ordinal(taskId)))
                .mapToObj(task -> tasks.get(task).id())
                .toList();
    }

    /**
     * Identifies the definition: name, parameters, tasks, dependencies and output types, but neither code nor retry
     * policies nor timeouts. A run is resumed only by a pipeline of the same fingerprint.
     *
     * @return the first 32 hexadecimal digits of a SHA-256
     */
    public String fingerprint() {
        return fingerprint;
    }

    /**
     * The same pipeline with something around the code of each task. Several interceptors nest, the last one outermost.
     * An engine's artifact runs what its command line is given, with or without an interceptor.
     *
     * @param interceptor called for each attempt in place of the code
     * @return a copy; the references to the tasks are good for both
     */
    public Pipeline intercepted(TaskInterceptor interceptor) {
        Objects.requireNonNull(interceptor, "interceptor");
        List<TaskBody> code = new ArrayList<>();
        return new Pipeline(
                this,
                declared.stream()
                        .map(task -> task.withCode(TaskCode.add(code, intercepted(interceptor, task.body()))))
                        .toList());
    }

    private static TaskBody intercepted(TaskInterceptor interceptor, TaskBody body) {
        return (context, inputs) -> interceptor.execute(context, () -> body.execute(context, inputs));
    }

    /**
     * What the pipeline itself, apart from its tasks, declares to be told of.
     *
     * @return its SLA, and when it has callbacks
     */
    public Hooks hooks() {
        return hooks;
    }

    PipelineHooks callbacks() {
        return callbacks;
    }

    int size() {
        return tasks.size();
    }

    int ordinal(String taskId) {
        Integer ordinal = ordinals.get(taskId);
        if (ordinal == null) {
            throw new IllegalArgumentException("pipeline '" + name + "' has no task '" + taskId + "'");
        }
        return ordinal;
    }

    int ordinal(TaskRef<?> task) {
        return ordinal(scope().taskId(task));
    }

    PipelineBuilder owner() {
        return owner;
    }

    /** What the code of the pipeline's own tasks may name. */
    Scope scope() {
        return owner.scope();
    }

    /** What the code of a task may name. */
    Scope scope(int ordinal) {
        return declared.get(ordinal).scope();
    }

    /** Those of the included pipelines, each before those within it. */
    List<Scope> scopes() {
        return scopes;
    }

    /** Whether the code of a task can name another one: an upstream task, or one whose output is an argument. */
    boolean canRead(int ordinal, int source) {
        return Arrays.stream(upstream(ordinal)).anyMatch(above -> above == source)
                || scope(ordinal).outputs().values().stream().anyMatch(output -> ordinal(output.taskId()) == source);
    }

    TaskDeclaration declaration(int ordinal) {
        return declared.get(ordinal);
    }

    /** The ids of the tasks that nothing follows, without those that clean up unless there are no others. */
    List<String> lastTasks() {
        List<String> last = new ArrayList<>();
        for (int task = 0; task < size(); task++) {
            if (!start(task).cleansUp()
                    && Arrays.stream(downstream(task))
                            .allMatch(below -> start(below).cleansUp())) {
                last.add(tasks.get(task).id());
            }
        }
        return last.isEmpty() ? tasks.stream().map(TaskView::id).toList() : last;
    }

    TaskView task(int ordinal) {
        return tasks.get(ordinal);
    }

    private int[] findStarters() {
        UpstreamStates atStart = new UpstreamStates(this);
        return IntStream.range(0, nodes.length)
                .filter(task -> atStart.begin(task) == TriggerRule.Decision.START)
                .toArray();
    }

    /** What {@link UpstreamStates} begins with. */
    int[] startWords() {
        return startWords;
    }

    /** The tasks that start with the run, without waiting for any other one. */
    int[] starters() {
        return starters;
    }

    boolean hasPriorities() {
        return hasPriorities;
    }

    PoolNeeds poolNeeds() {
        return poolNeeds;
    }

    TaskColumns columns() {
        return columns;
    }

    TaskNode node(int ordinal) {
        return nodes[ordinal];
    }

    TaskBody body(int ordinal) {
        return columns.body(ordinal);
    }

    Optional<Mapping> mapping(int ordinal) {
        return Optional.ofNullable(nodes[ordinal].mapping());
    }

    TaskStart start(int ordinal) {
        return nodes[ordinal].start();
    }

    /** Whether a task has a cache. */
    boolean hasCaches() {
        return caches.length > 0;
    }

    @Nullable
    CachePlan cache(int ordinal) {
        return caches.length == 0 ? null : caches[ordinal];
    }

    /** A direct upstream task of another one, as the code of that names it. */
    int upstreamOrdinal(int task, TaskRef<?> named) {
        int source = ordinal(scope(task).taskId(named));
        for (int known : nodes[task].upstream()) {
            if (known == source) {
                return source;
            }
        }
        throw new IllegalArgumentException("task '" + named.id() + "' is not a direct upstream task of '"
                + task(task).id() + "'; declare after(" + named.id() + ")");
    }

    int[] upstream(int ordinal) {
        return nodes[ordinal].upstream();
    }

    int[] downstream(int ordinal) {
        return columns.successors().of(ordinal);
    }

    int[] inputs(int ordinal) {
        return nodes[ordinal].inputs();
    }

    int[] order() {
        return order;
    }

    @Override
    public String toString() {
        return "pipeline '" + name + "' of " + tasks.size() + " tasks";
    }
}
