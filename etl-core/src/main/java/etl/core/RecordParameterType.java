package etl.core;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A Java record; what its constructor refuses is a fault of the argument. */
final class RecordParameterType<T> extends ParameterType<T> {
    private final Map<String, ParameterType<?>> components;
    private final List<Method> accessors;
    private final Constructor<?> constructor;

    RecordParameterType(
            Class<?> javaType,
            Map<String, ParameterType<?>> components,
            List<Method> accessors,
            Constructor<?> constructor) {
        super(javaType);
        this.components = Collections.unmodifiableMap(components);
        this.accessors = accessors;
        this.constructor = constructor;
    }

    @Override
    public String expected() {
        return components.entrySet().stream()
                .map(component -> "\"" + component.getKey() + "\": "
                        + component.getValue().expected())
                .collect(Collectors.joining(", ", "an object in JSON {", "}"));
    }

    @Override
    public Map<String, ParameterType<?>> components() {
        return components;
    }

    @Override
    public boolean isSecret() {
        return components.values().stream().anyMatch(ParameterType::isSecret);
    }

    @Override
    public String format(Object value) {
        return JsonText.write(toJson(value));
    }

    @Override
    @Nullable
    Object readText(String text, ArgumentFaults faults) {
        return JsonText.read(text, expected(), faults)
                .map(json -> readJson(json, faults))
                .orElse(null);
    }

    @Override
    @Nullable
    Object readJson(Object json, ArgumentFaults faults) {
        if (!(json instanceof Map<?, ?> members)) {
            faults.add("must be " + expected() + ", was " + JsonText.kind(json));
            return null;
        }
        members.keySet().stream()
                .filter(name -> !components.containsKey(name))
                .forEach(name -> faults.add("has no component " + Quoted.of(name.toString()) + "; known: "
                        + String.join(", ", components.keySet())));
        List<Object> values = new ArrayList<>();
        components.forEach((name, type) -> {
            Object member = members.get(name);
            if (member == null) {
                faults.component(name).add("is missing: " + type.expected());
            } else {
                add(values, type.readJson(member, faults.component(name)));
            }
        });
        return values.size() == components.size() ? construct(values, faults) : null;
    }

    private static void add(List<Object> values, @Nullable Object value) {
        if (value != null) {
            values.add(value);
        }
    }

    private @Nullable Object construct(List<Object> values, ArgumentFaults faults) {
        try {
            return constructor.newInstance(values.toArray());
        } catch (InvocationTargetException thrown) {
            Throwable refusal = thrown.getTargetException();
            if (refusal instanceof Error error) {
                throw error;
            }
            faults.add(
                    "is refused by " + javaType().getSimpleName() + ": "
                            + Secret.mask(String.valueOf(refusal.getMessage())),
                    refusal);
            return null;
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("the constructor of " + javaType() + " was accessible", impossible);
        }
    }

    private static Object component(Method accessor, Object value) {
        try {
            return accessor.invoke(value);
        } catch (InvocationTargetException thrown) {
            throw new IllegalStateException(accessor + " failed", thrown.getTargetException());
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(accessor + " was accessible", impossible);
        }
    }

    @Override
    Object toJson(Object value) {
        Map<String, Object> members = new LinkedHashMap<>();
        int i = 0;
        for (Map.Entry<String, ParameterType<?>> component : components.entrySet()) {
            members.put(component.getKey(), component.getValue().toJson(component(accessors.get(i++), value)));
        }
        return members;
    }

    @Override
    @Nullable
    Object accept(@Nullable Object value, ArgumentFaults faults) {
        if (value == null || !javaType().isInstance(value)) {
            faults.add("must be " + expected() + ", was " + (value == null ? "null" : "of " + value.getClass()));
            return null;
        }
        List<Object> values = new ArrayList<>();
        int i = 0;
        for (Map.Entry<String, ParameterType<?>> component : components.entrySet()) {
            Object part = component(accessors.get(i++), value);
            add(values, component.getValue().accept(part, faults.component(component.getKey())));
        }
        if (values.size() < components.size()) {
            return null;
        }
        return isImmutable() ? value : construct(values, faults);
    }

    @Override
    boolean isImmutable() {
        return components.values().stream().allMatch(ParameterType::isImmutable);
    }

    @Override
    String identity() {
        return components.entrySet().stream()
                .map(component ->
                        component.getKey() + "=" + component.getValue().identity())
                .collect(Collectors.joining(",", javaType().getName() + "(", ")"));
    }
}
