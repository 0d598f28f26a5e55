package etl.engines;

import etl.core.Constraints;
import etl.core.Parameter;
import etl.core.ParameterType;
import etl.core.Pipeline;
import etl.core.Secret;
import etl.engines.MappingReport.Fidelity;
import etl.engines.MappingReport.Mapping;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * A pipeline's parameter as Python sees it. What Python has no exact type for is handed over in its text form, a secret as
 * its reference.
 *
 * @param parameter the parameter
 */
public record PythonParameter(Parameter<?> parameter) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /**
     * Regular expressions that mean the same, or allow more, in Java, Python and JavaScript: characters, classes of
     * characters, groups, alternatives and greedy repetitions.
     */
    private static final Pattern PORTABLE = Pattern.compile("(?:(?:[A-Za-z0-9 _/:,@#%=-]|\\\\[d./+*?()|\\[\\]{}]"
            + "|\\[(?:[A-Za-z0-9 _.:/,]|[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9])+\\])(?:[?*+]|\\{[0-9]+(?:,[0-9]*)?\\})?"
            + "|\\((?:\\?:)?|\\)(?:[?*+]|\\{[0-9]+(?:,[0-9]*)?\\})?|\\|)+");

    private static final String REFERENCE = "^env:[A-Za-z_][A-Za-z0-9_]*$";

    /**
     * Arguments as a JSON object, whose values have the types of {@link #schema()}.
     *
     * @param pipeline the pipeline
     * @param arguments the text form of each argument, by name
     * @return the object as text
     * @throws IllegalArgumentException if a text is no value of its parameter
     */
    public static String json(Pipeline pipeline, Map<String, String> arguments) {
        Map<String, Object> typed = new TreeMap<>(arguments);
        for (Parameter<?> parameter : pipeline.parameters()) {
            String text = arguments.get(parameter.name());
            if (text != null) {
                typed.put(parameter.name(), new PythonParameter(parameter).jsonValue(text));
            }
        }
        return MAPPER.writeValueAsString(typed);
    }

    private Object jsonValue(String text) {
        return switch (pythonType()) {
            case "str" -> text;
            case "list", "dict" ->
                // written anew, since a list may have been given as a,b,c
                MAPPER.readTree(type().format(Objects.requireNonNull(type().parse(text))));
            default -> Objects.requireNonNull(type().parse(text));
        };
    }

    private ParameterType<?> type() {
        return parameter.type();
    }

    private Class<?> javaType() {
        return type().javaType();
    }

    /**
     * The Python type.
     *
     * @return str, int, float, bool, list or dict
     */
    public String pythonType() {
        if (javaType() == Integer.class || javaType() == Long.class) {
            return "int";
        }
        if (javaType() == Boolean.class) {
            return "bool";
        }
        if (javaType() == Double.class) {
            return "float";
        }
        if (javaType() == List.class) {
            return "list";
        }
        return javaType().isRecord() ? "dict" : "str";
    }

    /**
     * The JSON schema of the values, as Airflow's {@code Param} takes it: the type, and of the constraints all that JSON
     * schema can say without refusing what Java allows. A required parameter may be null in it, as long as no run has begun.
     *
     * @return the keywords by name, with the value of each as text, number, truth, list or map
     */
    Map<String, Object> schema() {
        Map<String, Object> schema = javaType() == Double.class ? keywords("type", "number") : schema(type());
        constrain(schema);
        if (parameter.isRequired()) {
            schema.computeIfPresent("type", (keyword, type) -> List.of("null", type));
            schema.computeIfPresent("enum", (keyword, choices) -> {
                List<Object> more = new ArrayList<>((List<?>) choices);
                more.add(PythonLiteral.NONE);
                return more;
            });
        }
        return schema;
    }

    /**
     * The JSON schema of the values as Python source.
     *
     * @return the literal of each keyword's value, by keyword
     */
    public Map<String, String> schemaLiterals() {
        Map<String, String> literals = new LinkedHashMap<>();
        schema().forEach((keyword, value) -> literals.put(keyword, PythonLiteral.ofValue(value)));
        return literals;
    }

    private static Map<String, Object> keywords(String keyword, Object value) {
        Map<String, Object> keywords = new LinkedHashMap<>();
        keywords.put(keyword, value);
        return keywords;
    }

    private static Map<String, Object> schema(ParameterType<?> type) {
        Class<?> java = type.javaType();
        if (type.element().isPresent()) {
            Map<String, Object> list = keywords("type", "array");
            list.put("items", schema(type.element().get()));
            return list;
        }
        if (java.isRecord()) {
            Map<String, Object> properties = new LinkedHashMap<>();
            type.components().forEach((name, component) -> properties.put(name, schema(component)));
            Map<String, Object> object = keywords("type", "object");
            object.put("properties", properties);
            object.put("required", List.copyOf(properties.keySet()));
            object.put("additionalProperties", false);
            return object;
        }
        if (java == Double.class) {
            // JSON has no such numbers; inside lists and records they are texts
            return keywords(
                    "anyOf",
                    List.of(keywords("type", "number"), keywords("enum", List.of("NaN", "Infinity", "-Infinity"))));
        }
        return scalar(type);
    }

    private static Map<String, Object> scalar(ParameterType<?> type) {
        Class<?> java = type.javaType();
        if (java == Integer.class || java == Long.class) {
            return keywords("type", "integer");
        }
        if (java == Boolean.class) {
            return keywords("type", "boolean");
        }
        Map<String, Object> text = keywords("type", "string");
        if (java == LocalDate.class) {
            text.put("format", "date");
        }
        if (java == Secret.class) {
            text.put("pattern", REFERENCE);
        }
        if (!type.constants().isEmpty()) {
            text.put("enum", type.constants());
        }
        return text;
    }

    private void constrain(Map<String, Object> schema) {
        Constraints constraints = parameter.constraints();
        if (isNumber()) {
            constraints.minimum().ifPresent(text -> schema.put("minimum", jsonValue(text)));
            constraints.maximum().ifPresent(text -> schema.put("maximum", jsonValue(text)));
        }
        if (isPortable(constraints)) {
            constraints.pattern().ifPresent(regex -> schema.put("pattern", "^(?:" + regex + ")$"));
        }
        if (!constraints.choices().isEmpty()) {
            schema.put(
                    "enum", constraints.choices().stream().map(this::jsonValue).toList());
        }
        if (constraints.notEmpty()) {
            schema.put(javaType() == List.class ? "minItems" : "minLength", 1);
        }
    }

    private boolean isNumber() {
        return pythonType().equals("int") || pythonType().equals("float");
    }

    private static boolean isPortable(Constraints constraints) {
        return constraints.pattern().filter(PORTABLE.asMatchPredicate()).isPresent();
    }

    /** Whether {@link #schema()} says all that is demanded of a value. */
    private boolean isWholeInSchema() {
        Constraints constraints = parameter.constraints();
        boolean bounds =
                constraints.minimum().isPresent() || constraints.maximum().isPresent();
        return constraints.checks().isEmpty()
                && (!bounds || isNumber())
                && (constraints.pattern().isEmpty() || isPortable(constraints));
    }

    /**
     * How the parameters of a pipeline were translated.
     *
     * @param pipeline the pipeline
     * @param how what the artifact makes of parameters
     * @param withSchema whether the engine is given {@link #schema()}
     * @return one entry for the parameters, and more for constraints and secrets if there are any
     */
    public static List<Mapping> mappings(Pipeline pipeline, String how, boolean withSchema) {
        List<Mapping> mappings = new ArrayList<>();
        if (!pipeline.parameters().isEmpty()) {
            mappings.add(new Mapping(pipeline.name(), "parameters", Fidelity.EXACT, how));
        }
        for (Parameter<?> parameter : pipeline.parameters()) {
            String feature = "parameter " + parameter.name();
            if (!parameter.constraints().isEmpty()) {
                boolean whole = withSchema && new PythonParameter(parameter).isWholeInSchema();
                mappings.add(new Mapping(
                        pipeline.name(),
                        feature + ", constraints",
                        whole ? Fidelity.EXACT : Fidelity.DELEGATED,
                        whole
                                ? "JSON schema, checked again by the JVM"
                                : "checked by the JVM when the run begins: " + parameter.constraints()));
            }
            if (parameter.type().isSecret()) {
                mappings.add(
                        new Mapping(
                                pipeline.name(),
                                feature + ", secret",
                                Fidelity.DELEGATED,
                                "the engine holds env:NAME; the JVM of a task reads that variable of its worker's environment"));
            }
        }
        return mappings;
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
                    case "list", "dict" -> PythonLiteral.ofValue(MAPPER.readValue(text, Object.class));
                    default -> PythonLiteral.ofValue(jsonValue(text));
                })
                .orElse("None");
    }
}
