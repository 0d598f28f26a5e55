package etl.jdbc;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** Values as JSON that PostgreSQL's jsonb can hold, by declared types only. */
final class JsonCodec {
    /** What is read has been written before, so it may be of any length; the limits are meant for what strangers send. */
    private static final StreamReadConstraints NO_LIMITS = StreamReadConstraints.builder()
            .maxNumberLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .maxNestingDepth(Integer.MAX_VALUE)
            .build();

    /**
     * Outputs and rows are read by their declared type; no type is ever named in the data. What is read must equal what
     * was written, as far as jsonb can hold it: a time keeps its zone, and a property that is missing is an error, not a
     * null. What is equal is written alike, so that it has the same hash.
     */
    private static final JsonMapper MAPPER = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(NO_LIMITS).build())
            .addModule(new SimpleModule().addSerializer(BigDecimal.class, new PlainDecimals()))
            .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS, SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(SerializationFeature.FAIL_ON_ORDER_MAP_BY_INCOMPARABLE_KEY)
            .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
            .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private JsonCodec() {}

    static JsonMapper mapper() {
        return MAPPER;
    }

    static String encode(@Nullable Object value, Type type) {
        return MAPPER.writerFor(javaType(type)).writeValueAsString(value);
    }

    static String encode(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    static <T extends @Nullable Object> T decode(String json, Type type) {
        return MAPPER.readerFor(javaType(type)).readValue(json);
    }

    private static JavaType javaType(Type type) {
        return MAPPER.getTypeFactory().constructType(type);
    }
}
