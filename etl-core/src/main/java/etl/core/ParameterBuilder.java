package etl.core;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Declares one parameter; ends with {@link #required()} or {@link #optional}. A value must satisfy all constraints. Not
 * safe for use by many threads.
 *
 * @param <T> the type of the parameter's values
 */
public final class ParameterBuilder<T> {
    private final PipelineBuilder pipeline;
    private final String name;
    private final ParameterType<T> type;
    private final List<ParameterCheck<T>> checks = new ArrayList<>();
    private Constraints constraints = Constraints.NONE;
    private String description = "";
    private @Nullable T minimum;
    private @Nullable T maximum;

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
     * Sets the least value that is allowed.
     *
     * @param least a number, a date, a time or a duration
     * @return this builder
     * @throws IllegalArgumentException if values of this type have no order, or the value is NaN
     * @throws IllegalStateException if a minimum was set before, or it would be greater than the maximum
     */
    public ParameterBuilder<T> atLeast(T least) {
        checkUnset("minimum", constraints.minimum());
        minimum = ordered(least, "a minimum");
        checkOrder();
        String text = type.format(least);
        constraints = constraints.withMinimum(text);
        checks.add(
                new ParameterCheck<>("must be at least " + text, value -> compare(value, least) >= 0 && !isNan(value)));
        return this;
    }

    /**
     * Sets the greatest value that is allowed.
     *
     * @param greatest a number, a date, a time or a duration
     * @return this builder
     * @throws IllegalArgumentException if values of this type have no order, or the value is NaN
     * @throws IllegalStateException if a maximum was set before, or it would be less than the minimum
     */
    public ParameterBuilder<T> atMost(T greatest) {
        checkUnset("maximum", constraints.maximum());
        maximum = ordered(greatest, "a maximum");
        checkOrder();
        String text = type.format(greatest);
        constraints = constraints.withMaximum(text);
        checks.add(new ParameterCheck<>("must be at most " + text, value -> compare(value, greatest) <= 0));
        return this;
    }

    private T ordered(T bound, String what) {
        if (!(accepted(bound, what) instanceof Comparable)
                || !(bound instanceof Number || bound instanceof Duration || bound instanceof Temporal)) {
            throw refused(what, "a number, a date, a time or a duration");
        }
        if (isNan(bound)) {
            throw new IllegalArgumentException(what + " of parameter '" + name + "' must not be NaN");
        }
        return bound;
    }

    private static boolean isNan(Object value) {
        return value instanceof Double number && number.isNaN();
    }

    /** What is the same moment, or the same number, is equal, however it is written. */
    @SuppressWarnings("unchecked")
    private static <C> int compare(C value, C bound) {
        if (value instanceof OffsetDateTime moment && bound instanceof OffsetDateTime other) {
            return moment.toInstant().compareTo(other.toInstant());
        }
        if (value instanceof ZonedDateTime moment && bound instanceof ZonedDateTime other) {
            return moment.toInstant().compareTo(other.toInstant());
        }
        if (value instanceof Double number && bound instanceof Double other && number.doubleValue() == other) {
            return 0;
        }
        return ((Comparable<C>) value).compareTo(bound);
    }

    private void checkOrder() {
        if (minimum != null && maximum != null && compare(minimum, maximum) > 0) {
            throw new IllegalStateException("parameter '" + name + "' has the minimum " + type.format(minimum)
                    + ", which is greater than its maximum " + type.format(maximum));
        }
    }

    /**
     * Sets the pattern that the whole text must match.
     *
     * @param regex a regular expression as of {@link Pattern}
     * @return this builder
     * @throws IllegalArgumentException if this is no parameter of type String, or that is no regular expression
     * @throws IllegalStateException if a pattern was set before
     */
    public ParameterBuilder<T> matching(String regex) {
        checkUnset("pattern", constraints.pattern());
        if (type.javaType() != String.class) {
            throw refused("a pattern", "a String");
        }
        Pattern pattern = Pattern.compile(regex);
        constraints = constraints.withPattern(regex);
        checks.add(new ParameterCheck<>(
                "must match " + regex, value -> pattern.matcher((String) value).matches()));
        return this;
    }

    /**
     * Sets the only values that are allowed.
     *
     * @param first a value
     * @param others more values
     * @return this builder
     * @throws IllegalArgumentException if this is a parameter of a list, a record or a secret
     * @throws IllegalStateException if choices were set before
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final ParameterBuilder<T> oneOf(T first, T... others) {
        if (!constraints.choices().isEmpty()) {
            throw new IllegalStateException("choices of parameter '" + name + "' were already set");
        }
        if (!(type instanceof ScalarParameterType) || type.isSecret()) {
            throw refused("choices", "anything but a list, a record or a secret");
        }
        List<T> choices = new ArrayList<>();
        choices.add(first);
        choices.addAll(List.of(others));
        List<String> texts = choices.stream()
                .map(choice -> type.format(accepted(choice, "a choice")))
                .toList();
        constraints = constraints.withChoices(texts);
        checks.add(new ParameterCheck<>("must be one of " + String.join(", ", texts), choices::contains));
        return this;
    }

    /**
     * Refuses an empty text or an empty list.
     *
     * @return this builder
     * @throws IllegalArgumentException if this is no parameter of type String or List
     */
    public ParameterBuilder<T> notEmpty() {
        if (type.javaType() != String.class && type.javaType() != List.class) {
            throw refused("not empty", "a String or a List");
        }
        constraints = constraints.withNotEmpty();
        checks.add(new ParameterCheck<>(
                "must not be empty", value -> value instanceof List<?> list ? !list.isEmpty() : !value.equals("")));
        return this;
    }

    /**
     * Adds a condition that no other constraint can say. Engines do not know it; it is checked by this library whenever a
     * run is asked for.
     *
     * @param message what values must be, as "must be a working day"
     * @param condition tells whether a value is; without side effects, since it may be asked often
     * @return this builder
     */
    public ParameterBuilder<T> check(String message, Predicate<? super T> condition) {
        Objects.requireNonNull(condition, "condition");
        constraints = constraints.withCheck(Objects.requireNonNull(message, "message"));
        checks.add(new ParameterCheck<>(message, condition));
        return this;
    }

    private void checkUnset(String what, Optional<String> before) {
        before.ifPresent(text -> {
            throw new IllegalStateException(what + " of parameter '" + name + "' was already set to " + text);
        });
    }

    private IllegalArgumentException refused(String what, String allowed) {
        return new IllegalArgumentException("parameter '" + name + "' cannot have the constraint " + what
                + ": it is for " + allowed + ", and this is " + type.expected());
    }

    private Object accepted(T value, String what) {
        ArgumentFaults faults = ArgumentFaults.none();
        Object accepted = type.accept(value, faults);
        if (accepted == null) {
            throw new IllegalArgumentException(what + " of parameter '" + name + "' " + faults);
        }
        return accepted;
    }

    /**
     * Each run must give an argument.
     *
     * @return the parameter
     */
    public Parameter<T> required() {
        return pipeline.add(new Parameter<>(pipeline, name, type, true, null, description, constraints, checks));
    }

    /**
     * A run may leave the argument out.
     *
     * @param defaultValue the value it then has; a list is copied
     * @return the parameter
     * @throws IllegalArgumentException if the value does not satisfy the constraints
     */
    @SuppressWarnings("unchecked")
    public Parameter<T> optional(T defaultValue) {
        Objects.requireNonNull(defaultValue, "defaultValue");
        T copy = (T) accepted(defaultValue, "the default");
        Parameter<T> parameter = new Parameter<>(pipeline, name, type, false, copy, description, constraints, checks);
        ArgumentFaults faults = ArgumentFaults.none();
        parameter.verify(copy, faults);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("the default of parameter '" + name + "' " + faults);
        }
        return pipeline.add(parameter);
    }
}
