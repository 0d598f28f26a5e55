package etl.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A list of values of one type. */
final class ListParameterType<T> extends ParameterType<T> {
    private final ParameterType<?> element;

    ListParameterType(ParameterType<?> element) {
        super(List.class);
        this.element = element;
    }

    @Override
    public String expected() {
        return "a list in JSON" + (element instanceof ScalarParameterType ? " or as a,b,c" : "") + ", each element "
                + element.expected();
    }

    @Override
    public Optional<ParameterType<?>> element() {
        return Optional.of(element);
    }

    @Override
    public boolean isSecret() {
        return element.isSecret();
    }

    @Override
    public String format(Object value) {
        return JsonText.write(toJson(value));
    }

    @Override
    @Nullable
    Object readText(String text, ArgumentFaults faults) {
        if (element instanceof ScalarParameterType && !text.stripLeading().startsWith("[")) {
            return readShort(text, faults);
        }
        return JsonText.read(text, expected(), faults)
                .map(json -> readJson(json, faults))
                .orElse(null);
    }

    /** The form of command lines: a,b,c. */
    private @Nullable Object readShort(String text, ArgumentFaults faults) {
        List<Object> values = new ArrayList<>();
        String[] parts = text.isBlank() ? new String[0] : text.split(",", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i].strip();
            if (part.isEmpty()) {
                faults.element(i).add("is empty; if that is meant, write the list in JSON");
            } else {
                add(values, element.readText(part, faults.element(i)));
            }
        }
        return complete(values, parts.length);
    }

    /** A list with a faulty element is none: its constraints must not add faults that are none. */
    private static @Nullable Object complete(List<Object> values, int size) {
        return values.size() == size ? Collections.unmodifiableList(values) : null;
    }

    private static void add(List<Object> values, @Nullable Object value) {
        if (value != null) {
            values.add(value);
        }
    }

    @Override
    @Nullable
    Object readJson(Object json, ArgumentFaults faults) {
        if (!(json instanceof List<?> parts)) {
            faults.add("must be " + expected() + ", was " + JsonText.kind(json));
            return null;
        }
        List<Object> values = new ArrayList<>(parts.size());
        int index = 0;
        for (Object part : parts) {
            add(values, element.readJson(part, faults.element(index++)));
        }
        return complete(values, parts.size());
    }

    @Override
    Object toJson(Object value) {
        return ((List<?>) value).stream().map(element::toJson).toList();
    }

    @Override
    @Nullable
    Object accept(@Nullable Object value, ArgumentFaults faults) {
        if (!(value instanceof List<?> parts)) {
            faults.add("must be " + expected() + ", was " + (value == null ? "null" : "of " + value.getClass()));
            return null;
        }
        List<Object> copy = new ArrayList<>(parts.size());
        int index = 0;
        for (Object part : parts) {
            add(copy, element.accept(part, faults.element(index++)));
        }
        return complete(copy, parts.size());
    }

    @Override
    boolean isImmutable() {
        return false;
    }

    @Override
    String identity() {
        return "list(" + element.identity() + ")";
    }
}
