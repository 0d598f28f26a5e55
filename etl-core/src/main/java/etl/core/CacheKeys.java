package etl.core;

import etl.core.spi.CacheKey;
import etl.core.spi.OutputCache;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the keys of one run's cached task runs. A part is a label with as many values as belong to it, so that no two
 * lists of parts can be taken for one another.
 */
final class CacheKeys {
    private final Pipeline pipeline;
    private final Map<String, Object> arguments;
    private final Optional<DataInterval> dataInterval;
    private final OutputCache cache;
    private final Map<Integer, Object> outputDigests = new ConcurrentHashMap<>();
    private final Map<Integer, Shared> shared = new ConcurrentHashMap<>();

    CacheKeys(
            Pipeline pipeline, Map<String, Object> arguments, Optional<DataInterval> dataInterval, OutputCache cache) {
        this.pipeline = pipeline;
        this.arguments = arguments;
        this.dataInterval = dataInterval;
        this.cache = cache;
    }

    /** What the elements of a mapped task have in common: found out once, since they are many. */
    private static final class Shared {
        private @Nullable List<Object> parts;
    }

    /**
     * The key of a task run.
     *
     * @param inputs what its code reads
     * @throws Exception what a function of the cache throws
     */
    CacheKey of(TaskRun run, TaskBody.Inputs inputs) throws Exception {
        int task = run.task();
        List<Object> parts = new ArrayList<>();
        if (run.isElement()) {
            parts.addAll(shared(task, inputs));
            parts.add("element");
            int lists = pipeline.mapping(task).orElseThrow().kind() == Mapping.Kind.LIST ? 1 : 2;
            parts.add(String.valueOf(lists));
            for (int position = 0; position < lists; position++) {
                parts.add(cache.digest(inputs.<@Nullable Object>get(position)));
            }
        } else {
            parts.addAll(parts(task, inputs));
            if (plan(task).cache().ownKey() == null) {
                for (int source : pipeline.inputs(task)) {
                    parts.add("input");
                    parts.add(output(source, inputs));
                }
            }
        }
        TaskView view = pipeline.task(task);
        return new CacheKey(pipeline.name(), view.id(), plan(task).cache().version(), parts);
    }

    private CachePlan plan(int task) {
        CachePlan plan = pipeline.cache(task);
        if (plan == null) {
            throw new IllegalStateException("task '" + pipeline.task(task).id() + "' has no cache");
        }
        return plan;
    }

    /** The declared type of a task run's output; of a mapped task only elements have keys. */
    static Type outputType(Pipeline pipeline, TaskRun run) {
        return pipeline.node(run.task()).outputType();
    }

    private List<Object> shared(int task, TaskBody.Inputs inputs) throws Exception {
        Shared found = shared.computeIfAbsent(task, any -> new Shared());
        synchronized (found) {
            List<Object> parts = found.parts;
            if (parts == null) {
                parts = parts(task, inputs);
                found.parts = parts;
            }
            return parts;
        }
    }

    /** All parts but the inputs. */
    private List<Object> parts(int task, TaskBody.Inputs inputs) throws Exception {
        CachePlan plan = plan(task);
        Context context = new Context(task, inputs);
        List<Object> parts = new ArrayList<>();
        parts.add(pipeline.node(task).outputType().getTypeName());
        CacheFunction key = plan.cache().ownKey();
        if (key == null) {
            addWhatCanBeRead(parts, plan, context);
        } else {
            parts.add("key");
            parts.add(digest("key", key, context));
        }
        for (Map.Entry<String, CacheFunction> named : plan.cache().inputs().entrySet()) {
            parts.add("named");
            parts.add(named.getKey());
            parts.add(digest("input " + Quoted.of(named.getKey()), named.getValue(), context));
        }
        return parts;
    }

    private void addWhatCanBeRead(List<Object> parts, CachePlan plan, Context context) {
        for (Parameter<?> parameter : plan.arguments()) {
            Object value = context.value(parameter);
            parts.add(value == null ? "no argument" : "argument");
            parts.add(parameter.name());
            if (value != null) {
                parts.add(parameter.type().format(value));
            }
        }
        if (plan.countsDataInterval()) {
            parts.add("data interval");
            parts.add(dataInterval.map(DataInterval::toString).orElse(""));
        }
        for (int upstream : plan.reads()) {
            TaskState state = context.inputs.state(upstream);
            parts.add("upstream");
            parts.add(pipeline.task(upstream).id());
            parts.add(state.name());
            parts.add(state == TaskState.SUCCEEDED ? output(upstream, context.inputs) : "");
        }
    }

    private Object output(int task, TaskBody.Inputs inputs) {
        Object known = outputDigests.get(task);
        if (known == null) {
            known = cache.digest(inputs.output(task));
            outputDigests.put(task, known);
        }
        return known;
    }

    private Object digest(String what, CacheFunction function, Context context) throws Exception {
        Object value = function.apply(context);
        try {
            return cache.digest(value);
        } catch (IllegalArgumentException notComparable) {
            throw new IllegalArgumentException(
                    "the " + what + " of the cache of task '"
                            + pipeline.task(context.task).id() + "': " + notComparable.getMessage(),
                    notComparable);
        }
    }

    /** What the functions of a cache read. */
    private final class Context implements CacheContext {
        private final int task;
        private final TaskBody.Inputs inputs;

        Context(int task, TaskBody.Inputs inputs) {
            this.task = task;
            this.inputs = inputs;
        }

        private @Nullable Object value(Parameter<?> parameter) {
            return pipeline.scope(task).value(parameter, arguments, source -> inputs.output(pipeline.ordinal(source)));
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway"})
        public <T extends @Nullable Object> T get(Parameter<T> parameter) {
            return (T) value(parameter);
        }

        @Override
        public Optional<DataInterval> dataInterval() {
            return dataInterval;
        }

        @Override
        public TaskState state(TaskRef<?> upstream) {
            return inputs.state(pipeline.upstreamOrdinal(task, upstream));
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> Optional<T> output(TaskRef<T> upstream) {
            int source = pipeline.upstreamOrdinal(task, upstream);
            return inputs.state(source) == TaskState.SUCCEEDED
                    ? Optional.ofNullable((T) inputs.output(source))
                    : Optional.empty();
        }
    }
}
