package etl.engines;

import etl.core.Parameter;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;

/**
 * A pipeline's parameter as Python sees it. What Python has no exact type for is handed over in its text form.
 *
 * @param parameter the parameter
 */
public record PythonParameter(Parameter<?> parameter) {
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
