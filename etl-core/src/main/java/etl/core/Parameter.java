package etl.core;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A typed parameter of a pipeline; each run gives it an argument. Immutable and safe for use by many threads.
 *
 * @param <T> the type of its values
 */
public final class Parameter<T extends @Nullable Object> {
    private final PipelineBuilder owner;
    private final String name;
    private final ParameterType<T> type;
    private final boolean required;
    private final @Nullable T defaultValue;
    private final String description;
    private final Constraints constraints;
    private final List<ParameterCheck<T>> checks;

    Parameter(
            PipelineBuilder owner,
            String name,
            ParameterType<T> type,
            boolean required,
            @Nullable T defaultValue,
            String description,
            Constraints constraints,
            List<ParameterCheck<T>> checks) {
        this.owner = owner;
        this.name = name;
        this.type = type;
        this.required = required;
        this.defaultValue = defaultValue;
        this.description = description;
        this.constraints = constraints;
        this.checks = List.copyOf(checks);
    }

    /**
     * The parameter's name.
     *
     * @return the name, unique in its pipeline
     */
    public String name() {
        return name;
    }

    /**
     * The type of its values and their text form.
     *
     * @return the type
     */
    public ParameterType<T> type() {
        return type;
    }

    /**
     * Whether each run must give an argument.
     *
     * @return true if there is no default
     */
    public boolean isRequired() {
        return required;
    }

    /**
     * The default in its text form.
     *
     * @return the text, or empty if the parameter is required
     */
    public Optional<String> defaultText() {
        return defaultValue == null ? Optional.empty() : Optional.of(type.format(defaultValue));
    }

    /**
     * What the parameter is for.
     *
     * @return the description, empty if none was given
     */
    public String description() {
        return description;
    }

    /**
     * What a value must satisfy beyond its type.
     *
     * @return the constraints, perhaps none
     */
    public Constraints constraints() {
        return constraints;
    }

    /** Adds a fault for each constraint that the value does not satisfy. */
    @SuppressWarnings({"unchecked", "NullAway"})
    void verify(Object value, ArgumentFaults faults) {
        if (!checks.isEmpty()) {
            String shown = Quoted.of(type.format(value));
            checks.forEach(check -> check.verify((T) value, shown, faults));
        }
    }

    @Nullable
    T defaultValue() {
        return defaultValue;
    }

    PipelineBuilder owner() {
        return owner;
    }

    @Override
    public String toString() {
        return name;
    }
}
