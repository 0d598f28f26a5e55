package etl.engines;

import etl.core.Parameter;
import etl.core.Pipeline;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * A pipeline's parameter as Python sees it. What Python has no exact type for is handed over in its text form.
 *
 * @param parameter the parameter
 */
public record PythonParameter(Parameter<?> parameter) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /**
     * Arguments as a JSON object, whose values have the types of {@link #jsonType()}.
     *
     * @param pipeline the pipeline
     * @param arguments the text form of each argument, by name
     * @return the object as text
     * @throws IllegalArgumentException if a text is no value of its parameter
     */
    public static String json(Pipeline pipeline, Map<String, String> arguments) {
        Map<String, Object> typed = new TreeMap<>(arguments);
        pipeline.parameters().stream()
                .filter(parameter -> arguments.containsKey(parameter.name()))
                .filter(parameter ->
                        !new PythonParameter(parameter).pythonType().equals("str"))
                .forEach(parameter -> typed.put(
                        parameter.name(),
                        Objects.requireNonNull(parameter.type().parse(arguments.getOrDefault(parameter.name(), "")))));
        return MAPPER.writeValueAsString(typed);
    }

    private Class<?> type() {
        return parameter.type().javaType();
    }

    /**
     * The Python type.
     *
     * @return str, int, float or bool
     */
    public String pythonType() {
        if (type() == Integer.class || type() == Long.class) {
            return "int";
        }
        if (type() == Boolean.class) {
            return "bool";
        }
        return type() == Double.class ? "float" : "str";
    }

    /**
     * The JSON schema type, as Airflow's {@code Param} takes it.
     *
     * @return string, integer, number or boolean
     */
    public String jsonType() {
        return switch (pythonType()) {
            case "int" -> "integer";
            case "bool" -> "boolean";
            case "float" -> "number";
            default -> "string";
        };
    }

    /**
     * Whether the value is a date in ISO form.
     *
     * @return true for a {@link LocalDate}
     */
    public boolean isDate() {
        return type() == LocalDate.class;
    }

    /**
     * The values that an enum parameter can have.
     *
     * @return the names of the constants, empty for any other type
     */
    public List<String> choices() {
        return type().isEnum()
                ? Arrays.stream(type().getEnumConstants())
                        .map(constant -> ((Enum<?>) constant).name())
                        .toList()
                : List.of();
    }

    /**
     * The default.
     *
     * @return Python source, {@code None} for a required parameter
     */
    public String defaultLiteral() {
        return parameter
                .defaultText()
                .map(text -> switch (pythonType()) {
                    case "int" -> text;
                    case "float" ->
                        Double.isFinite(Double.parseDouble(text)) ? text : "float(" + PythonLiteral.of(text) + ")";
                    case "bool" -> text.equals("true") ? "True" : "False";
                    default -> PythonLiteral.of(text);
                })
                .orElse("None");
    }
}
