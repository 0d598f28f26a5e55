package etl.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the code of a task reads that is executed alone: what was given, and the rest from a stored run. */
final class GivenInputs implements TaskBody.Inputs {
    private final Pipeline pipeline;
    private final int task;
    private final int[] sources;
    private final Map<Integer, TaskState> states;
    private final Map<Integer, @Nullable Object> outputs;
    private final Optional<StoredTasks> stored;
    private final @Nullable MappedElements elements;
    private final int mapIndex;

    GivenInputs(
            Pipeline pipeline,
            int task,
            int mapIndex,
            Map<Integer, TaskState> states,
            Map<Integer, @Nullable Object> outputs,
            Optional<StoredTasks> stored) {
        this.pipeline = pipeline;
        this.task = task;
        this.sources = pipeline.inputs(task);
        this.states = Map.copyOf(states);
        this.outputs = new HashMap<>(outputs);
        this.stored = stored;
        this.mapIndex = mapIndex;
        read();
        this.elements = pipeline.mapping(task)
                .map(mapping -> MappedElements.of(mapping, new Lists()))
                .orElse(null);
        checkElement();
    }

    /** Reads the inputs, so that one that is missing is found before the code begins. */
    private void read() {
        List<String> missing = new ArrayList<>();
        for (int source : sources) {
            if (state(source) == TaskState.SUCCEEDED) {
                output(source);
            } else {
                missing.add("'" + pipeline.task(source).id() + "', which is " + state(source));
            }
        }
        if (!missing.isEmpty()) {
            throw new IllegalStateException("task '" + pipeline.task(task).id() + "' lacks the output of "
                    + String.join(", and of ", missing) + "; give it by input(..)"
                    + (stored.isPresent() ? "" : ", or take a stored run's by from(..)"));
        }
    }

    private void checkElement() {
        if (elements != null && mapIndex >= elements.size()) {
            throw new IllegalArgumentException("task '" + pipeline.task(task).id() + "' has " + elements.size()
                    + " elements here, and no element " + mapIndex + "; the first one is 0");
        }
    }

    @Override
    public int size() {
        return sources.length;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
    public <T extends @Nullable Object> T get(int position) {
        return (T) (elements == null ? output(sources[position]) : elements.get(mapIndex, position));
    }

    @Override
    public TaskState state(int upstream) {
        TaskState given = states.get(upstream);
        return given != null
                ? given
                : stored.map(tasks -> tasks.state(upstream)).orElse(TaskState.PENDING);
    }

    @Override
    public @Nullable Object output(int upstream) {
        if (!outputs.containsKey(upstream)) {
            outputs.put(upstream, stored(upstream));
        }
        return outputs.get(upstream);
    }

    private @Nullable Object stored(int upstream) {
        return stored.orElseThrow(() -> new IllegalStateException("task '"
                        + pipeline.task(task).id() + "' reads the output of '"
                        + pipeline.task(upstream).id() + "', which was not given; give it by input(..)"))
                .output(upstream);
    }

    /** The lists that a mapped task is mapped over. */
    private final class Lists implements TaskBody.Inputs {
        @Override
        public int size() {
            return sources.length;
        }

        @Override
        @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
        public <T extends @Nullable Object> T get(int position) {
            return (T) GivenInputs.this.output(sources[position]);
        }

        @Override
        public TaskState state(int upstream) {
            return GivenInputs.this.state(upstream);
        }

        @Override
        public @Nullable Object output(int upstream) {
            return GivenInputs.this.output(upstream);
        }
    }
}
