package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import etl.core.Arguments;
import etl.core.ArgumentsInvalidException;
import etl.core.Etl;
import etl.core.GenericType;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.Secret;
import etl.core.TaskRef;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The code of docs/parameters.md. */
class ParametersPageTest {
    // snippet
    record Limits(int rows, Duration time) {
        Limits {
            if (rows < 1) {
                throw new IllegalArgumentException("rows must be at least 1");
            }
        }
    }
    // end

    private static int load(LocalDate day, List<String> shops, Limits limits, String password) {
        return day.getDayOfMonth() + shops.size() + limits.rows() + (password.isEmpty() ? 1 : 0);
    }

    @Test
    void arguments_are_given_typed_or_as_texts() {
        // snippet
        PipelineBuilder orders = Pipeline.named("orders");
        Parameter<LocalDate> day = orders.parameter("day", LocalDate.class)
                .describedAs("the first day to load")
                .atLeast(LocalDate.of(2001, 1, 1))
                .check("must be a weekday", date -> date.getDayOfWeek().getValue() <= 5)
                .required();
        Parameter<List<String>> shops = orders.parameter("shops", new GenericType<List<String>>() {})
                .notEmpty()
                .optional(List.of("berlin"));
        Parameter<Limits> limits =
                orders.parameter("limits", Limits.class).optional(new Limits(100, Duration.ofHours(1)));
        Parameter<Secret> password = orders.parameter("password", Secret.class).optional(Secret.env("DB_PASSWORD"));

        TaskRef<Integer> load = orders.task("load", Integer.class)
                .run(ctx -> load(
                        ctx.get(day),
                        ctx.get(shops),
                        ctx.get(limits),
                        ctx.get(password).reveal()));
        // end
        Pipeline pipeline = orders.build();
        try (Etl etl = Etl.inMemory()) {
            // snippet
            RunReport typed = etl.run(
                    pipeline, Arguments.of(day, LocalDate.of(2001, 1, 1)).and(shops, List.of("berlin", "rome")));
            RunReport read = etl.run(
                    pipeline,
                    Arguments.parse(
                            pipeline,
                            Map.of(
                                    "day",
                                    "2001-01-01",
                                    "shops",
                                    "berlin,rome",
                                    "limits",
                                    "{\"rows\": 5, \"time\": \"PT1M\"}")));
            // end
            assertThat(typed.error().orElseThrow().message())
                    .contains("DB_PASSWORD, which a secret refers to, is not set");
            assertThat(read.task(load).attempts()).isEqualTo(1);

            RunReport run = etl.run(
                    pipeline, Arguments.of(day, LocalDate.of(2001, 1, 1)).and(password, Secret.env("PATH")));
            assertThat(run.output(load)).isEqualTo(102);
        }
        assertThatThrownBy(() ->
                        Arguments.parse(pipeline, Map.of("day", "2000-12-29", "limits", "{\"rows\": 5}", "shop", "x")))
                .isInstanceOf(ArgumentsInvalidException.class)
                .hasMessage("arguments of pipeline 'orders': unknown parameter 'shop'; parameter 'day' must be at least"
                        + " 2001-01-01, was '2000-12-29'; parameter 'limits.time' is missing: a duration such as PT15M;"
                        + " known: day (required), shops, limits, password");
    }
}
