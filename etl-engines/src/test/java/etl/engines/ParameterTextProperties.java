package etl.engines;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.GenericType;
import etl.core.ParameterType;
import etl.core.Pipeline;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The text form of lists and records is the JSON that everybody else reads and writes. */
class ParameterTextProperties {
    private static final ParameterType<List<Row>> TYPE = Pipeline.named("p")
            .parameter("rows", new GenericType<List<Row>>() {})
            .required()
            .type();
    private static final JsonMapper PLAIN = JsonMapper.builder().build();
    private static final JsonMapper ODD = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII, JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
            .build();

    record Row(String text, long number, double share, boolean yes, List<String> texts) {}

    @Property
    void jackson_reads_what_was_written(@ForAll("rows") List<Row> rows) {
        JsonNode tree = PLAIN.readTree(TYPE.format(rows));

        assertThat(PLAIN.readerForListOf(Row.class).<List<Row>>readValue(tree)).isEqualTo(rows);
    }

    @Property
    void what_jackson_writes_is_read(@ForAll("rows") List<Row> rows) {
        assertThat(TYPE.parse(PLAIN.writeValueAsString(rows))).isEqualTo(rows);
        assertThat(TYPE.parse(ODD.writeValueAsString(rows))).isEqualTo(rows);
    }

    @Provide
    Arbitrary<List<Row>> rows() {
        Arbitrary<String> texts = Arbitraries.strings()
                .all()
                .filter(text -> text.codePoints().noneMatch(p -> p == 0 || (p >= 0xD800 && p <= 0xDFFF)));
        Arbitrary<Double> doubles = Arbitraries.longs().map(Double::longBitsToDouble);
        return Combinators.combine(
                        texts,
                        Arbitraries.longs(),
                        doubles,
                        Arbitraries.of(true, false),
                        texts.list().ofMaxSize(3))
                .as(Row::new)
                .list()
                .ofMaxSize(4);
    }
}
