package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names become labels, file names, SQL values, Python and YAML; those that would be more than a name are refused. */
class HostileNamesTest {
    static List<String> hostile() {
        return List.of(
                "",
                " ",
                "x".repeat(10_000),
                "a'b",
                "a\"b",
                "a\nb",
                "a\0b",
                "\uD83D\uDE00",
                "\uD83D",
                "\u202Egpj.exe",
                "../../etc/passwd",
                "a/b",
                "'; drop table etl.pipeline_runs; --",
                "__import__('os').system('id')",
                "$(id)",
                "`id`",
                "{{ 7 * 7 }}",
                "{% raw %}",
                "<script>",
                "a\u0131");
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void a_pipeline_with_such_names_is_refused_with_every_one_of_them(String name) {
        PipelineBuilder builder = Pipeline.named(name);
        builder.parameter(name, String.class).optional("");
        builder.task(name).run(context -> {});

        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        PipelineInvalidException.class,
                        refusal -> assertThat(refusal.getMessage())
                                .contains("pipeline name '")
                                .contains("task id '")
                                .contains("parameter name '")
                                .hasSizeLessThan(40_000));
    }

    @Test
    void what_is_declared_as_a_text_is_kept_as_it_is() {
        String text = String.join("|", hostile());
        PipelineBuilder builder = Pipeline.named("orders");
        Parameter<String> given = builder.parameter("given", String.class).required();
        TaskRef<String> echo =
                builder.task("echo", String.class).describedAs(text).run(context -> context.get(given));
        String storable = text.replace("\0", "").replace("\uD83D|", "|");

        try (Etl etl = Etl.inMemory()) {
            RunReport run =
                    etl.run(builder.build(), Arguments.of(given, storable)).orThrow();

            assertThat(run.output(echo)).isEqualTo(storable);
        }
    }
}
