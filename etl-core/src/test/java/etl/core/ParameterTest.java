package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterTest {
    private static final GenericType<List<Integer>> INTEGERS = new GenericType<>() {};

    private final PipelineBuilder builder = Pipeline.named("orders");
    private boolean built;

    private enum Size {
        SMALL,
        LARGE {
            @Override
            public String toString() {
                return "very large";
            }
        }
    }

    private record Range(LocalDate from, LocalDate to) {
        Range {
            if (to.isBefore(from)) {
                throw new IllegalArgumentException("to must not be before from");
            }
        }
    }

    private record Job(String name, Range range, List<Integer> limits) {}

    private record Node(List<Node> children) {}

    private record Raw(Thread thread) {}

    private Pipeline pipeline() {
        if (!built) {
            builder.task("a").run(ctx -> {});
            built = true;
        }
        return builder.build();
    }

    private List<String> faults(Map<String, String> texts) {
        try {
            Arguments.parse(pipeline(), texts);
            return List.of();
        } catch (ArgumentsInvalidException invalid) {
            return invalid.faults();
        }
    }

    private List<String> fault(String text) {
        return faults(Map.of("p", text));
    }

    @Test
    void a_bound_allows_what_is_the_same_moment_or_number_however_it_is_written() {
        PipelineBuilder builder = Pipeline.named("orders");
        OffsetDateTime noon = OffsetDateTime.parse("2001-01-01T12:00+02:00");
        Parameter<OffsetDateTime> offset = builder.parameter("offset", OffsetDateTime.class)
                .atLeast(noon)
                .atMost(noon)
                .required();
        Parameter<ZonedDateTime> zoned = builder.parameter("zoned", ZonedDateTime.class)
                .atLeast(noon.toZonedDateTime())
                .atMost(noon.toZonedDateTime())
                .required();
        Parameter<Double> zero =
                builder.parameter("zero", Double.class).atLeast(0.0).required();
        builder.task("only").run(ctx -> {});

        Map<String, Object> bound = Arguments.of(offset, OffsetDateTime.parse("2001-01-01T10:00Z"))
                .and(zoned, ZonedDateTime.parse("2001-01-01T19:00+09:00[Asia/Tokyo]"))
                .and(zero, -0.0)
                .bind(builder.build());

        assertThat(bound).hasSize(3);
    }

    @Test
    void every_fault_of_the_arguments_is_reported_at_once_with_the_known_parameters() {
        builder.parameter("day", LocalDate.class).required();
        builder.parameter("top", Integer.class).atMost(100).optional(10);
        builder.parameter("sizes", new GenericType<List<Size>>() {}).notEmpty().required();
        builder.parameter("job", Job.class).required();
        builder.parameter("name", String.class).optional("x");

        assertThatThrownBy(() -> Arguments.parse(
                        pipeline(),
                        Map.of(
                                "top",
                                "101",
                                "sizes",
                                "SMALL,huge,LARGE,tiny",
                                "job",
                                "{\"name\": 5, \"range\": {\"from\": \"2001-02-30\", \"till\": \"2001-01-01\"}}",
                                "dya",
                                "x")))
                .isInstanceOfSatisfying(
                        ArgumentsInvalidException.class,
                        invalid -> assertThat(invalid.known()).containsExactly("day", "top", "sizes", "job", "name"))
                .hasMessageEndingWith("; known: day (required), top, sizes (required), job (required), name")
                .extracting(invalid -> ((ArgumentsInvalidException) invalid).faults())
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(String.class))
                .containsExactly(
                        "unknown parameter 'dya'",
                        "parameter 'day' is required: a date such as 2001-01-31",
                        "parameter 'top' must be at most 100, was '101'",
                        "parameter 'sizes[1]' must be one of SMALL, LARGE, was 'huge'",
                        "parameter 'sizes[3]' must be one of SMALL, LARGE, was 'tiny'",
                        "parameter 'job.name' must be text without the character NUL and halves of surrogate"
                                + " pairs, was a number",
                        "parameter 'job.range' has no component 'till'; known: from, to",
                        "parameter 'job.range.from' must be a date such as 2001-01-31, was '2001-02-30'",
                        "parameter 'job.range.to' is missing: a date such as 2001-01-31",
                        "parameter 'job.limits' is missing: a list in JSON or as a,b,c, each element a whole number from"
                                + " -2147483648 to 2147483647");
    }

    @Test
    void typed_arguments_have_the_same_faults_as_texts() {
        Parameter<Integer> top =
                builder.parameter("top", Integer.class).atLeast(1).required();
        builder.parameter("day", LocalDate.class).required();
        Parameter<String> other =
                Pipeline.named("other").parameter("other", String.class).required();

        assertThatThrownBy(() -> Arguments.of(top, 0).and(other, "x").bind(pipeline()))
                .hasMessage(
                        "arguments of pipeline 'orders': unknown parameter 'other'; parameter 'top' must be at least 1,"
                                + " was '0'; parameter 'day' is required: a date such as 2001-01-31; known: top (required), day"
                                + " (required)");
    }

    @Test
    void a_value_of_another_type_is_refused_however_deep_it_hides() {
        Parameter<List<Integer>> numbers =
                builder.parameter("numbers", INTEGERS).required();
        @SuppressWarnings({"unchecked", "rawtypes"})
        List<Integer> wrong = (List) List.of(1, "two");

        assertThatThrownBy(() -> Arguments.of(numbers, wrong).bind(pipeline()))
                .hasMessageContaining("'numbers[1]' must be a whole number")
                .hasMessageContaining("was of class java.lang.String");
    }

    @Test
    void a_list_is_copied_when_it_is_given_and_cannot_be_changed_by_a_task() {
        List<Integer> given = new ArrayList<>(List.of(1, 2));
        Parameter<List<Integer>> numbers =
                builder.parameter("numbers", INTEGERS).required();
        Parameter<List<Integer>> more = builder.parameter("more", INTEGERS).optional(given);
        Parameter<Job> job = builder.parameter("job", Job.class).required();
        Range range = new Range(LocalDate.EPOCH, LocalDate.EPOCH);
        Arguments arguments = Arguments.of(numbers, given).and(job, new Job("x", range, given));
        given.clear();

        Map<String, Object> bound = arguments.bind(pipeline());

        assertThat(bound)
                .containsEntry("numbers", List.of(1, 2))
                .containsEntry("more", List.of(1, 2))
                .containsEntry("job", new Job("x", range, List.of(1, 2)));
        assertThat(more.defaultText()).contains("[1,2]");
        assertThatThrownBy(() -> ((Job) bound.get("job")).limits().clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"1,2,3", " 1 , 2,3 ", "[1,2,3]", " [ 1, \"2\" ,3\t]"})
    void a_list_is_written_in_short_or_in_json(String text) {
        assertThat(ParameterTypes.of(INTEGERS).parse(text)).containsExactly(1, 2, 3);
    }

    @Test
    void an_empty_text_is_an_empty_list_and_an_empty_element_is_a_fault() {
        builder.parameter("p", new GenericType<List<String>>() {}).notEmpty().required();

        assertThat(fault("")).containsExactly("parameter 'p' must not be empty, was '[]'");
        assertThat(fault("[]")).containsExactly("parameter 'p' must not be empty, was '[]'");
        assertThat(fault("a,,b"))
                .containsExactly("parameter 'p[1]' is empty; if that is meant, write the list in JSON");
        assertThat(fault("[\"a\",\"\"]")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "0x10", " 5", "5L", "\u0665", "1e2", "", "5.0", "2147483648", "+-5"})
    void a_whole_number_is_written_in_ascii_digits(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParameterTypes.of(Integer.class).parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x1p3", "1d", "1f", " 1", "1,5", "\u0661.5", ".", "e5", "nan"})
    void a_number_has_no_suffix_and_no_other_script(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParameterTypes.of(Double.class).parse(text));
    }

    @Test
    void an_enum_is_read_and_written_by_the_names_of_its_constants() {
        ParameterType<Size> sizes = ParameterTypes.of(Size.class);

        assertThat(sizes.parse(sizes.format(Size.LARGE))).isEqualTo(Size.LARGE);
        assertThat(sizes.constants()).containsExactly("SMALL", "LARGE");
    }

    @Test
    void what_no_store_can_keep_is_no_text() {
        builder.parameter("p", String.class).required();

        assertThat(fault("a\0b")).singleElement().asString().contains("was 'a?b'");
        assertThat(fault("a\uD83D")).hasSize(1);
        assertThat(fault("\uD83D\uDE00")).isEmpty();
    }

    @Test
    void what_a_records_constructor_refuses_is_a_fault() {
        builder.parameter("p", Range.class).required();

        assertThat(fault("{\"from\":\"2001-01-02\",\"to\":\"2001-01-01\"}"))
                .containsExactly("parameter 'p' is refused by Range: to must not be before from");
    }

    @Test
    void constraints_are_data() {
        Parameter<BigDecimal> price = builder.parameter("price", BigDecimal.class)
                .atLeast(BigDecimal.ZERO)
                .atMost(BigDecimal.TEN)
                .check("must have two decimals", value -> value.scale() == 2)
                .required();
        Parameter<String> code = builder.parameter("code", String.class)
                .notEmpty()
                .matching("[A-Z]{3}")
                .oneOf("EUR", "USD")
                .optional("EUR");

        assertThat(price.constraints())
                .isEqualTo(new Constraints(
                        Optional.of("0"),
                        Optional.of("10"),
                        Optional.empty(),
                        List.of(),
                        false,
                        List.of("must have two decimals")))
                .hasToString("at least 0; at most 10; must have two decimals");
        assertThat(code.constraints())
                .isEqualTo(new Constraints(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("[A-Z]{3}"),
                        List.of("EUR", "USD"),
                        true,
                        List.of()));
    }

    @Test
    void every_constraint_that_is_not_satisfied_is_told() {
        builder.parameter("p", String.class)
                .notEmpty()
                .matching("[A-Z]+")
                .oneOf("EUR", "USD")
                .check("must be short", text -> text.length() < 3)
                .required();

        assertThat(fault("eur\n"))
                .containsExactly(
                        "parameter 'p' must match [A-Z]+, was 'eur?'",
                        "parameter 'p' must be one of EUR, USD, was 'eur?'",
                        "parameter 'p' must be short, was 'eur?'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "-0.1", "1.1", "Infinity"})
    void nothing_outside_its_bounds_is_accepted(String text) {
        builder.parameter("p", Double.class).atLeast(0.0).atMost(1.0).required();

        assertThat(fault(text)).isNotEmpty();
    }

    @Test
    void nan_is_not_at_least_anything() {
        builder.parameter("p", Double.class).atLeast(0.0).required();

        assertThat(fault("NaN")).containsExactly("parameter 'p' must be at least 0.0, was 'NaN'");
        assertThat(fault("Infinity")).isEmpty();
    }

    @Test
    void dates_and_durations_have_bounds_that_are_allowed_themselves() {
        builder.parameter("p", LocalDate.class)
                .atLeast(LocalDate.of(2001, 1, 1))
                .atMost(LocalDate.of(2001, 1, 31))
                .required();
        builder.parameter("d", Duration.class).atMost(Duration.ofMinutes(60)).required();

        assertThat(faults(Map.of("p", "2001-01-01", "d", "PT1H"))).isEmpty();
        assertThat(faults(Map.of("p", "2001-01-31", "d", "PT0S"))).isEmpty();
        assertThat(faults(Map.of("p", "2001-02-01", "d", "PT1H0.001S"))).hasSize(2);
    }

    @Test
    void a_check_that_throws_is_a_fault_with_its_cause() {
        builder.parameter("p", String.class)
                .check("must be good", text -> Integer.parseInt(text) > 0)
                .required();

        assertThatThrownBy(() -> Arguments.parse(pipeline(), Map.of("p", "x")))
                .hasMessageContaining(
                        "must be good, was 'x', for which the check itself threw java.lang.NumberFormatException")
                .satisfies(invalid -> assertThat(invalid.getSuppressed()).hasSize(1));
    }

    @Test
    void a_default_that_is_not_allowed_is_refused_where_it_is_declared() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> builder.parameter("top", Integer.class).atMost(5).optional(6))
                .withMessage("the default of parameter 'top' must be at most 5, was '6'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("note", String.class).optional("\0"));
    }

    @Test
    void a_constraint_that_makes_no_sense_is_refused_where_it_is_declared() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", String.class).atLeast("a"))
                .withMessageContaining("for a number, a date, a time or a duration");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", Integer.class).matching("5"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", String.class).matching("("));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", Integer.class).notEmpty());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", INTEGERS).oneOf(List.of(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", Double.class).atMost(Double.NaN));
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> builder.parameter("p", Integer.class).atLeast(5).atMost(4))
                .withMessageContaining("minimum 5, which is greater than its maximum 4");
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> builder.parameter("p", Integer.class).atLeast(5).atLeast(4))
                .withMessageContaining("already set to 5");
    }

    @Test
    void a_type_that_no_parameter_can_have_is_refused_with_those_it_can_have() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", List.class))
                .withMessageContaining("new GenericType<List<String>>() {}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", Raw.class))
                .withMessageContaining("cannot be of type java.lang.Thread; use String, Integer");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", Node.class))
                .withMessageContaining("contains itself");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parameter("p", new GenericType<List<? extends Number>>() {}));
    }

    @Test
    void pipelines_that_differ_in_what_a_list_holds_are_different_definitions() {
        PipelineBuilder other = Pipeline.named("orders");
        other.parameter("p", new GenericType<List<String>>() {}).required();
        other.task("a").run(ctx -> {});
        builder.parameter("p", INTEGERS).required();

        assertThat(pipeline().fingerprint()).isNotEqualTo(other.build().fingerprint());
    }

    @Test
    void a_task_gets_lists_and_records() {
        Parameter<List<Integer>> numbers =
                builder.parameter("numbers", INTEGERS).required();
        Parameter<Range> range = builder.parameter("range", Range.class).required();
        TaskRef<String> task = builder.task("t", String.class)
                .run(ctx -> ctx.get(numbers).get(1) + " " + ctx.get(range).to());
        Pipeline pipeline = builder.build();

        try (Etl etl = Etl.inMemory()) {
            RunReport run = etl.run(
                    pipeline,
                    Arguments.parse(
                            pipeline,
                            Map.of("numbers", "4,5", "range", "{\"from\":\"2001-01-01\",\"to\":\"2001-01-02\"}")));

            assertThat(run.output(task)).isEqualTo("5 2001-01-02");
        }
    }
}
