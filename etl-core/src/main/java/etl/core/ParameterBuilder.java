package etl.core;

import java.util.Objects;

/**
 * Declares one parameter; ends with {@link #required()} or {@link #optional}. Not safe for use by many threads.
 *
 * @param <T> the type of the parameter's values
 */
public final class ParameterBuilder<T> {
    private final PipelineBuilder pipeline;
    private final String name;
    private final ParameterType<T> type;
    private String description = "";

    ParameterBuilder(PipelineBuilder pipeline, String name, ParameterType<T> type) {
        this.pipeline = pipeline;
        this.name = name;
        this.type = type;
    }

    /**
     * Says what the parameter is for.
     *
     * @param newDescription one line for people
     * @return this builder
     */
    public ParameterBuilder<T> describedAs(String newDescription) {
        description = Objects.requireNonNull(newDescription, "description");
        return this;
    }

    /**
     * Each run must give an argument.
     *
     * @return the parameter
     */
    public Parameter<T> required() {
        return pipeline.add(new Parameter<>(pipeline, name, type, true, null, description));
    }

    /**
     * A run may leave the argument out.
     *
     * @param defaultValue the value it then has
     * @return the parameter
     */
    public Parameter<T> optional(T defaultValue) {
        Objects.requireNonNull(defaultValue, "defaultValue");
        return pipeline.add(new Parameter<>(pipeline, name, type, false, defaultValue, description));
    }
}
