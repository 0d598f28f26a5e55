package etl.core;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The cache of one task, in terms of the pipeline that runs: what counts, and what the task's code may read. */
final class CachePlan {
    private final String taskId;
    private final Cache cache;
    private final List<Parameter<?>> arguments;
    private final int[] reads;
    private final Set<Integer> readable = new HashSet<>();

    CachePlan(TaskDeclaration task, List<Parameter<?>> pipelineParameters, ToIntFunction<String> ordinals) {
        this.taskId = task.id();
        this.cache = task.cache().orElseThrow();
        Scope scope = task.scope();
        this.arguments = cache.countedArguments()
                .map(List::copyOf)
                .orElse(scope.isIncluded() ? scope.parameters() : pipelineParameters);
        this.reads = cache.countedUpstream().stream()
                .mapToInt(read -> ordinals.applyAsInt(scope.taskId(read)))
                .toArray();
        Arrays.stream(reads).forEach(readable::add);
        if (task.mapping().isEmpty()) {
            task.inputs().forEach(input -> readable.add(ordinals.applyAsInt(input.id())));
        }
    }

    Cache cache() {
        return cache;
    }

    /** The parameters whose arguments count unless there is an explicit key. */
    List<Parameter<?>> arguments() {
        return arguments;
    }

    /** The upstream tasks that count, beside the inputs. */
    int[] reads() {
        return reads;
    }

    /** Whether the data interval counts unless there is an explicit key. */
    boolean countsDataInterval() {
        return cache.countedArguments().isEmpty();
    }

    void checkArgument(Parameter<?> parameter) {
        if (cache.ownKey() == null && !arguments.contains(parameter)) {
            throw uncounted("argument '" + parameter.name() + "'", "name it in arguments(..)");
        }
    }

    void checkDataInterval() {
        if (cache.ownKey() == null && !countsDataInterval()) {
            throw uncounted("data interval of the run", "leave arguments(..) out");
        }
    }

    void checkUpstream(int upstream, String id) {
        if (cache.ownKey() == null && !readable.contains(upstream)) {
            throw uncounted("task '" + id + "'", "name it in reads(..)");
        }
    }

    private IllegalStateException uncounted(String what, String wayOut) {
        return new IllegalStateException("task '" + taskId + "' reads the " + what
                + ", which its cache does not count, so that a wrong output could be reused; " + wayOut
                + ", or give the cache a key(..)");
    }

    /** The caches of a pipeline's tasks, by ordinal; nothing at all if none has one. */
    static @Nullable CachePlan[] of(Pipeline pipeline, List<TaskDeclaration> tasks) {
        if (tasks.stream().allMatch(task -> task.cache().isEmpty())) {
            return new CachePlan[0];
        }
        @Nullable CachePlan[] plans = new CachePlan[tasks.size()];
        for (int task = 0; task < plans.length; task++) {
            TaskDeclaration declaration = tasks.get(task);
            plans[task] = declaration.cache().isEmpty()
                    ? null
                    : new CachePlan(declaration, pipeline.parameters(), pipeline::ordinal);
        }
        return plans;
    }
}
