package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ArgumentsTest {
    private final PipelineBuilder declaration = Pipeline.named("orders");
    private final Parameter<LocalDate> day = declaration
            .parameter("day", LocalDate.class)
            .describedAs("which day")
            .required();
    private final Parameter<Integer> limit =
            declaration.parameter("limit", Integer.class).optional(7);
    private final Parameter<Colour> colour =
            declaration.parameter("colour", Colour.class).optional(Colour.INDIGO);
    private final LocalDate newYear = LocalDate.of(2001, 1, 1);
    private final Etl etl = Etl.inMemory();
    private final TaskRef<String> shown = declaration
            .task("shown", String.class)
            .run(ctx ->
                    ctx.get(day) + "/" + ctx.get(limit) + "/" + ctx.get(colour).name());
    private Pipeline pipeline;

    @BeforeEach
    void build() {
        pipeline = declaration.build();
    }

    @AfterEach
    void close() {
        etl.close();
    }

    private String run(Arguments arguments) {
        return etl.run(pipeline, arguments).output(shown);
    }

    @Test
    void what_is_not_given_has_its_default() {
        assertThat(run(Arguments.of(day, newYear))).isEqualTo("2001-01-01/7/INDIGO");
        assertThat(run(Arguments.of(day, newYear).and(limit, 0).and(colour, Colour.RED)))
                .isEqualTo("2001-01-01/0/RED");
    }

    @Test
    void arguments_are_read_from_their_text() {
        assertThat(run(Arguments.parse(pipeline, Map.of("day", "2001-01-01", "colour", "RED"))))
                .isEqualTo("2001-01-01/7/RED");
    }

    @Test
    void the_store_keeps_the_text_of_every_value_also_of_defaults() {
        RunReport run = etl.run(pipeline, Arguments.of(day, newYear));

        assertThat(etl.store().find(run.id()).orElseThrow().definition().arguments())
                .isEqualTo(Map.of("day", "2001-01-01", "limit", "7", "colour", "INDIGO"));
    }

    @Test
    void every_fault_of_the_texts_is_told_at_once() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("limit", "many");
        texts.put("colour", "blue");
        texts.put("Day", "2001-01-01");

        assertThatThrownBy(() -> Arguments.parse(pipeline, texts))
                .isInstanceOf(ArgumentsInvalidException.class)
                .hasMessageContaining("'orders'")
                .hasMessageContaining("parameter 'limit' must be a whole number from")
                .hasMessageContaining("parameter 'colour' must be one of INDIGO, RED, was 'blue'")
                .hasMessageContaining("unknown parameter 'Day'")
                .hasMessageContaining("parameter 'day' is required: a date such as 2001-01-31")
                .hasMessageEndingWith("; known: day (required), limit, colour");
    }

    @Test
    void a_missing_and_an_unknown_argument_are_told_at_once_and_nothing_is_recorded() {
        Parameter<Integer> foreign =
                Pipeline.named("other").parameter("retries", Integer.class).required();

        assertThatThrownBy(() -> run(Arguments.of(foreign, 1)))
                .isInstanceOf(ArgumentsInvalidException.class)
                .hasMessageContaining("unknown parameter 'retries'")
                .hasMessageContaining("parameter 'day' is required");
        assertThat(etl.store().recent(10)).isEmpty();
    }

    @Test
    void a_pipeline_without_parameters_says_so() {
        PipelineBuilder plain = Pipeline.named("plain");
        plain.task("a").run(ctx -> {});

        assertThatThrownBy(() -> etl.run(plain.build(), Arguments.of(day, newYear)))
                .hasMessageContaining("unknown parameter 'day'; known: the pipeline has no parameters");
    }

    @Test
    void an_argument_of_the_wrong_type_is_refused_although_its_name_fits() {
        Parameter<String> sameName =
                Pipeline.named("other").parameter("day", String.class).required();

        assertThatThrownBy(() -> run(Arguments.of(sameName, "2001-01-01")))
                .isInstanceOf(ArgumentsInvalidException.class)
                .hasMessageContaining(
                        "parameter 'day' must be a date such as 2001-01-31, was of class java.lang.String");
    }

    @Test
    void a_parameter_has_one_argument() {
        Arguments once = Arguments.of(limit, 1);

        assertThatThrownBy(() -> once.and(limit, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter 'limit' has two arguments");
    }

    @Test
    void one_more_argument_makes_a_copy() {
        Arguments first = Arguments.of(day, newYear);
        first.and(limit, 1);

        assertThat(run(first)).isEqualTo("2001-01-01/7/INDIGO");
    }

    @Test
    void a_task_cannot_read_the_parameter_of_another_pipeline() {
        Parameter<Integer> foreign =
                Pipeline.named("other").parameter("limit", Integer.class).optional(9);
        PipelineBuilder reader = Pipeline.named("reader");
        reader.parameter("limit", Integer.class).optional(1);
        TaskRef<Integer> read = reader.task("read", Integer.class).run(ctx -> ctx.get(foreign));

        assertThat(etl.run(reader.build()).task(read).error().orElseThrow().message())
                .isEqualTo("parameter 'limit' does not belong to pipeline 'reader' but to another one");
    }

    @Test
    void a_parameter_can_be_read_as_data() {
        assertThat(day.isRequired()).isTrue();
        assertThat(day.defaultText()).isEmpty();
        assertThat(day.description()).isEqualTo("which day");
        assertThat(colour.isRequired()).isFalse();
        assertThat(colour.defaultText()).contains("INDIGO");
        assertThat(limit.type().expected()).startsWith("a whole number");
        assertThat(colour.type().javaType()).isEqualTo(Colour.class);
    }
}
