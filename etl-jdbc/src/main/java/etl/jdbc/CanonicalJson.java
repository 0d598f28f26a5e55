package etl.jdbc;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;
import tools.jackson.databind.util.NameTransformer;

/**
 * JSON that is never read, only hashed. Unlike what is stored it is the same for sets and maps in any order, and it tells
 * objects of different classes apart, which the stored form of a supertype may not do.
 */
final class CanonicalJson {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonMapper MAPPER = JsonCodec.mapper()
            .rebuild()
            .addModule(new SimpleModule().setSerializerModifier(new Canonical()))
            .build();

    private CanonicalJson() {}

    /**
     * The hash of a value.
     *
     * @throws IllegalArgumentException if it cannot be written as JSON
     */
    static String digest(@Nullable Object value) {
        TextDigest digest = new TextDigest();
        try {
            MAPPER.writeValue(digest, value);
        } catch (JacksonException | StackOverflowError notSerializable) {
            throw new IllegalArgumentException(
                    "a value of " + (value == null ? "null" : value.getClass()) + " cannot be written as JSON: "
                            + notSerializable.getMessage() + "; use a record, a list, a map or a plain value",
                    notSerializable);
        }
        return digest.toHex();
    }

    private static String text(@Nullable Object value, SerializationContext context) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(context, text)) {
            write(value, generator, context);
        }
        return text.toString();
    }

    private static void write(@Nullable Object value, JsonGenerator generator, SerializationContext context) {
        if (value == null) {
            generator.writeNull();
        } else {
            context.findTypedValueSerializer(value.getClass(), true).serialize(value, generator, context);
        }
    }

    /** Replaces the serializers of sets, maps and objects. */
    private static final class Canonical extends ValueSerializerModifier {
        private static final long serialVersionUID = 1;

        @Override
        public ValueSerializer<?> modifyCollectionSerializer(
                SerializationConfig config,
                CollectionType type,
                BeanDescription.Supplier description,
                ValueSerializer<?> serializer) {
            return Set.class.isAssignableFrom(type.getRawClass()) ? new SortedSets() : serializer;
        }

        @Override
        public ValueSerializer<?> modifyMapSerializer(
                SerializationConfig config,
                MapType type,
                BeanDescription.Supplier description,
                ValueSerializer<?> serializer) {
            return new SortedMaps();
        }

        @Override
        @SuppressWarnings("unchecked") // A serializer of objects takes any object.
        public ValueSerializer<?> modifySerializer(
                SerializationConfig config, BeanDescription.Supplier description, ValueSerializer<?> serializer) {
            return serializer instanceof BeanSerializerBase
                    ? new NamedObjects((ValueSerializer<Object>) serializer)
                    : serializer;
        }
    }

    /** The elements in the order of their JSON. */
    private static final class SortedSets extends ValueSerializer<Set<?>> {
        @Override
        public void serialize(Set<?> set, JsonGenerator generator, SerializationContext context) {
            List<String> texts = new ArrayList<>(set.size());
            set.forEach(element -> texts.add(text(element, context)));
            writeSorted("set", texts, generator);
        }

        @Override
        public void serializeWithType(
                Set<?> set, JsonGenerator generator, SerializationContext context, TypeSerializer type) {
            serialize(set, generator, context);
        }
    }

    /** The entries in the order of their JSON, with their keys as values, not as strings. */
    private static final class SortedMaps extends ValueSerializer<Map<?, ?>> {
        @Override
        public void serialize(Map<?, ?> map, JsonGenerator generator, SerializationContext context) {
            List<String> texts = new ArrayList<>(map.size());
            map.forEach((key, value) -> texts.add("[" + text(key, context) + "," + text(value, context) + "]"));
            writeSorted("map", texts, generator);
        }

        @Override
        public void serializeWithType(
                Map<?, ?> map, JsonGenerator generator, SerializationContext context, TypeSerializer type) {
            serialize(map, generator, context);
        }
    }

    /** With the kind, because a list may hold the same. */
    private static void writeSorted(String kind, List<String> texts, JsonGenerator generator) {
        texts.sort(null);
        generator.writeStartObject();
        generator.writeName(kind);
        generator.writeStartArray();
        texts.forEach(generator::writeRawValue);
        generator.writeEndArray();
        generator.writeEndObject();
    }

    /** The name of the class before the properties. */
    private static final class NamedObjects extends ValueSerializer<Object> {
        private final ValueSerializer<Object> properties;

        NamedObjects(ValueSerializer<Object> properties) {
            this.properties = properties;
        }

        @Override
        public void resolve(SerializationContext context) {
            properties.resolve(context);
        }

        @Override
        @SuppressWarnings("unchecked") // What is made of a serializer of objects is one, too.
        public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
            return new NamedObjects((ValueSerializer<Object>) properties.createContextual(context, property));
        }

        @Override
        public ValueSerializer<Object> unwrappingSerializer(NameTransformer unwrapper) {
            return properties.unwrappingSerializer(unwrapper);
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
            generator.writeStartArray();
            generator.writeString(value.getClass().getName());
            properties.serialize(value, generator, context);
            generator.writeEndArray();
        }

        @Override
        public void serializeWithType(
                Object value, JsonGenerator generator, SerializationContext context, TypeSerializer type) {
            serialize(value, generator, context);
        }
    }
}
