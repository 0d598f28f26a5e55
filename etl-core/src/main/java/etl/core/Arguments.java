package etl.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
        Map<String, Object> copy = new LinkedHashMap<>(values);
        if (copy.put(parameter.name(), value) != null) {
            throw new IllegalArgumentException("parameter '" + parameter.name() + "' has two arguments");
        }
        return new Arguments(Collections.unmodifiableMap(copy));
    }

    /**
     * Reads arguments from their text form, as a command line or an engine gives them.
     *
     * @param pipeline whose parameters they are for
     * @param texts the text of each argument by the parameter's name
     * @return the arguments
     * @throws ArgumentsInvalidException if a name is unknown, a text cannot be read or a required argument is missing;
     *     every fault is reported
     */
    public static Arguments parse(Pipeline pipeline, Map<String, String> texts) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<String> faults = new ArrayList<>();
        texts.forEach((name, text) -> pipeline.parameter(name)
                .ifPresentOrElse(
                        parameter -> {
                            try {
                                values.put(name, parseOne(parameter, text));
                            } catch (IllegalArgumentException unreadable) {
                                faults.add("parameter '" + name + "': " + unreadable.getMessage());
                            }
                        },
                        () -> faults.add(unknown(pipeline, name))));
        pipeline.parameters().stream()
                .filter(parameter -> parameter.isRequired() && !texts.containsKey(parameter.name()))
                .forEach(parameter -> faults.add(missing(parameter)));
        if (!faults.isEmpty()) {
            throw new ArgumentsInvalidException(pipeline.name(), faults);
        }
        return new Arguments(Collections.unmodifiableMap(values));
    }

    private static Object parseOne(Parameter<?> parameter, String text) {
        return Objects.requireNonNull(parameter.type().parse(text));
    }

    /**
     * All values of a run: the arguments, checked, and the defaults of the rest.
     *
     * @throws ArgumentsInvalidException with every fault
     */
    Map<String, Object> bind(Pipeline pipeline) {
        List<String> faults = new ArrayList<>();
        Map<String, Object> bound = new LinkedHashMap<>();
        for (String name : values.keySet()) {
            if (pipeline.parameter(name).isEmpty()) {
                faults.add(unknown(pipeline, name));
            }
        }
        for (Parameter<?> parameter : pipeline.parameters()) {
            Object value = values.getOrDefault(parameter.name(), parameter.defaultValue());
            if (value == null) {
                faults.add(missing(parameter));
            } else if (!parameter.type().accepts(value)) {
                faults.add("parameter '" + parameter.name() + "': '" + value + "' is not "
                        + parameter.type().expected());
            } else {
                bound.put(parameter.name(), value);
            }
        }
        if (!faults.isEmpty()) {
            throw new ArgumentsInvalidException(pipeline.name(), faults);
        }
        return bound;
    }

    /** The text form of bound values, as a state store keeps them. */
    static Map<String, String> format(Pipeline pipeline, Map<String, Object> bound) {
        Map<String, String> texts = new LinkedHashMap<>();
        bound.forEach((name, value) ->
                texts.put(name, pipeline.parameter(name).orElseThrow().type().format(value)));
        return texts;
    }

    private static String unknown(Pipeline pipeline, String name) {
        String known = pipeline.parameters().isEmpty()
                ? "the pipeline has no parameters"
                : "known: "
                        + String.join(
                                ", ",
                                pipeline.parameters().stream()
                                        .map(Parameter::name)
                                        .toList());
        return "unknown parameter '" + name + "' (" + known + ")";
    }

    private static String missing(Parameter<?> parameter) {
        return "parameter '" + parameter.name() + "' is required: "
                + parameter.type().expected();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
