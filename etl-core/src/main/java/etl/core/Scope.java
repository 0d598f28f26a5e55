package etl.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the code of a task may name: parameters and tasks of the pipeline that declares it. If that pipeline was included
 * in another one, this tells what they are in the one that runs.
 */
final class Scope {
    static final String BETWEEN_IDS = "--";

    private final PipelineBuilder owner;
    private final String pipeline;
    private final String path;
    private final String group;
    private final String description;
    private final List<String> after;
    private final List<Parameter<?>> parameters;
    private final Map<String, Binding> bindings;
    private final String prefix;

    private Scope(
            PipelineBuilder owner,
            String pipeline,
            String path,
            String group,
            String description,
            List<String> after,
            List<Parameter<?>> parameters,
            Map<String, Binding> bindings) {
        this.owner = owner;
        this.pipeline = pipeline;
        this.path = path;
        this.group = group;
        this.description = description;
        this.after = after;
        this.parameters = parameters;
        this.bindings = bindings;
        this.prefix = path.isEmpty() ? "" : path.replace("/", BETWEEN_IDS) + BETWEEN_IDS;
    }

    /** The scope of a pipeline that is not included. */
    static Scope of(PipelineBuilder owner, String pipeline) {
        return new Scope(owner, pipeline, "", "", "", List.of(), List.of(), Map.of());
    }

    /** The scope of an included pipeline's own tasks. */
    static Scope included(
            Pipeline inner, String name, String group, List<String> after, Map<String, Binding> bindings) {
        return new Scope(
                inner.owner(), inner.name(), name, group, inner.description(), after, inner.parameters(), bindings);
    }

    /** The scope that this one, of a pipeline within an included pipeline, becomes in the outer pipeline. */
    Scope within(Scope included) {
        String newPath = included.path + "/" + path;
        Map<String, Binding> moved = new LinkedHashMap<>();
        for (Parameter<?> parameter : parameters) {
            Binding binding = bindings.get(parameter.name());
            if (binding != null) {
                moved(binding, included, new Binding.Check(newPath, parameter))
                        .ifPresent(outer -> moved.put(parameter.name(), outer));
            }
        }
        return new Scope(
                owner,
                pipeline,
                newPath,
                included.group + "/" + group,
                description,
                after.isEmpty()
                        ? included.after
                        : after.stream().map(included::taskId).toList(),
                parameters,
                moved);
    }

    /** Empty if the binding is to a parameter that is not bound itself, which is a fault that has been found. */
    private static Optional<Binding> moved(Binding binding, Scope included, Binding.Check check) {
        if (binding instanceof Binding.OfParameter of) {
            Binding outer = included.bindings.get(of.source().name());
            return Optional.ofNullable(outer instanceof Binding.OfOutput output ? output.and(check) : outer);
        }
        return Optional.of(binding instanceof Binding.OfOutput of ? of.within(included) : binding);
    }

    boolean isIncluded() {
        return !path.isEmpty();
    }

    String path() {
        return path;
    }

    String group() {
        return group;
    }

    /** The ids of the tasks that let the included pipeline start, or the one around it if it waits for none itself. */
    List<String> after() {
        return after;
    }

    /** The parameters of an included pipeline. */
    List<Parameter<?>> parameters() {
        return parameters;
    }

    boolean owns(TaskRef<?> task) {
        return task.owner() == owner;
    }

    /** The id that a task of this pipeline has in the one that runs. */
    String taskId(String id) {
        return prefix + id;
    }

    String taskId(TaskRef<?> task) {
        if (!owns(task)) {
            throw new IllegalArgumentException(
                    "task '" + task.id() + "' does not belong to pipeline '" + pipeline + "' but to another one");
        }
        return taskId(task.id());
    }

    /** The parameters whose values are outputs, with these. */
    Map<Parameter<?>, Binding.OfOutput> outputs() {
        Map<Parameter<?>, Binding.OfOutput> found = new LinkedHashMap<>();
        for (Parameter<?> parameter : parameters) {
            if (bindings.get(parameter.name()) instanceof Binding.OfOutput output) {
                found.put(parameter, output);
            }
        }
        return found;
    }

    InclusionView view() {
        List<InclusionView.Argument> arguments = new ArrayList<>();
        for (Parameter<?> parameter : parameters) {
            arguments.add(binding(parameter).view(parameter));
        }
        return new InclusionView(path, group, pipeline, description, after, arguments);
    }

    private Binding binding(Parameter<?> parameter) {
        return Objects.requireNonNull(bindings.get(parameter.name()));
    }

    // --- values ----------------------------------------------------------------------------------------------------

    /**
     * The value of a parameter.
     *
     * @param arguments those of the run
     * @param outputs the output of a task of the pipeline that runs, by its id
     */
    @Nullable
    Object value(Parameter<?> parameter, Map<String, Object> arguments, Function<String, @Nullable Object> outputs) {
        if (parameter.owner() != owner) {
            throw new IllegalArgumentException("parameter '" + parameter.name() + "' does not belong to pipeline '"
                    + pipeline + "' but to another one");
        }
        if (!isIncluded()) {
            return arguments.get(parameter.name());
        }
        Binding binding = binding(parameter);
        if (binding instanceof Binding.Value known) {
            return known.value();
        }
        return binding instanceof Binding.OfParameter of
                ? arguments.get(of.source().name())
                : outputs.apply(((Binding.OfOutput) binding).taskId());
    }

    /** Adds a fault for each constraint that a value which is known now does not satisfy. */
    void verifyKnown(ArgumentFaults faults) {
        for (Parameter<?> parameter : parameters) {
            if (bindings.get(parameter.name()) instanceof Binding.Value known) {
                new Binding.Check(path, parameter)
                        .verify(
                                known.value(),
                                "inclusion '" + path + "': parameter '" + parameter.name() + "' ",
                                faults);
            }
        }
    }

    /** Adds a fault for each constraint that the argument of a parameter of the pipeline that runs does not satisfy. */
    void verify(Parameter<?> source, Object value, ArgumentFaults faults) {
        for (Parameter<?> parameter : parameters) {
            if (bindings.get(parameter.name()) instanceof Binding.OfParameter of && of.source() == source) {
                Binding.Check check = new Binding.Check(path, parameter);
                check.verify(value, "is " + check + ", which ", faults);
            }
        }
    }
}
