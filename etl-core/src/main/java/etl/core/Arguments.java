package etl.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values that one run gives to its pipeline's parameters. Immutable and safe for use by many threads.
 */
public final class Arguments {
    private static final Arguments NONE = new Arguments(Map.of());

    private final Map<String, Object> values;

    private Arguments(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * No arguments: every parameter has its default.
     *
     * @return the arguments
     */
    public static Arguments none() {
        return NONE;
    }

    /**
     * One argument.
     *
     * @param parameter the parameter
     * @param value its value
     * @param <T> the type of the value
     * @return the arguments
     */
    public static <T> Arguments of(Parameter<T> parameter, T value) {
        return NONE.and(parameter, value);
    }

    /**
     * One more argument.
     *
     * @param parameter the parameter
     * @param value its value
     * @param <T> the type of the value
     * @return a copy with this argument
     * @throws IllegalArgumentException if the parameter has an argument already
     */
    public <T> Arguments and(Parameter<T> parameter, T value) {
        Objects.requireNonNull(value, "value");
        Object copy = parameter.type().accept(value, ArgumentFaults.none());
        Map<String, Object> more = new LinkedHashMap<>(values);
        if (more.put(parameter.name(), copy == null ? value : copy) != null) {
            throw new IllegalArgumentException("parameter '" + parameter.name() + "' has two arguments");
        }
        return new Arguments(Collections.unmodifiableMap(more));
    }

    /**
     * Reads arguments from their text form, as a command line or an engine gives them.
     *
     * @param pipeline whose parameters they are for
     * @param texts the text of each argument by the parameter's name
     * @return the arguments
     * @throws ArgumentsInvalidException if a name is unknown, a text cannot be read, a constraint is not satisfied or a
     *     required argument is missing; every fault is reported
     */
    public static Arguments parse(Pipeline pipeline, Map<String, String> texts) {
        ArgumentFaults faults = ArgumentFaults.none();
        Map<String, Object> values = new LinkedHashMap<>();
        refuseUnknown(pipeline, texts.keySet(), faults);
        for (Parameter<?> parameter : pipeline.parameters()) {
            String text = texts.get(parameter.name());
            if (text != null) {
                Object value = parameter.type().readText(text, faults.in(parameter));
                put(values, pipeline, parameter, value, faults);
            } else if (parameter.isRequired()) {
                faults.in(parameter).add(missing(parameter));
            }
        }
        if (!faults.isEmpty()) {
            throw new ArgumentsInvalidException(pipeline, faults);
        }
        return new Arguments(Collections.unmodifiableMap(values));
    }

    /**
     * All values of a run: the arguments, checked, and the defaults of the rest.
     *
     * @throws ArgumentsInvalidException with every fault
     */
    Map<String, Object> bind(Pipeline pipeline) {
        ArgumentFaults faults = ArgumentFaults.none();
        Map<String, Object> bound = new LinkedHashMap<>();
        refuseUnknown(pipeline, values.keySet(), faults);
        for (Parameter<?> parameter : pipeline.parameters()) {
            Object value = values.getOrDefault(parameter.name(), parameter.defaultValue());
            if (value == null) {
                faults.in(parameter).add(missing(parameter));
            } else {
                put(bound, pipeline, parameter, parameter.type().accept(value, faults.in(parameter)), faults);
            }
        }
        if (!faults.isEmpty()) {
            throw new ArgumentsInvalidException(pipeline, faults);
        }
        return bound;
    }

    private static void put(
            Map<String, Object> values,
            Pipeline pipeline,
            Parameter<?> parameter,
            @Nullable Object value,
            ArgumentFaults faults) {
        if (value != null) {
            parameter.verify(value, faults.in(parameter));
            pipeline.scopes().forEach(scope -> scope.verify(parameter, value, faults.in(parameter)));
            values.put(parameter.name(), value);
        }
    }

    /** The text form of bound values, as a state store keeps them. */
    static Map<String, String> format(Pipeline pipeline, Map<String, Object> bound) {
        Map<String, String> texts = new LinkedHashMap<>();
        bound.forEach((name, value) ->
                texts.put(name, pipeline.parameter(name).orElseThrow().type().format(value)));
        return texts;
    }

    private static void refuseUnknown(Pipeline pipeline, Set<String> names, ArgumentFaults faults) {
        names.stream()
                .filter(name -> pipeline.parameter(name).isEmpty())
                .forEach(name -> faults.add("unknown parameter " + Quoted.of(name)));
    }

    private static String missing(Parameter<?> parameter) {
        return "is required: " + parameter.type().expected();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
