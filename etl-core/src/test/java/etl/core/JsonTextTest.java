package etl.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    private final ArgumentFaults faults = ArgumentFaults.none();

    @Test
    void every_kind_of_value_is_read() {
        assertThat(JsonText.read(
                        " {\"a\" : [1, -0.5e+10 ,true,false,null],\"b\":{},\"c\":[],\"d\\u00e9\\n\\/\":\"\\uD83D\\uDE00\"} ",
                        "x",
                        faults))
                .contains(Map.of(
                        "a",
                        List.of(
                                new JsonText.Numeral("1"),
                                new JsonText.Numeral("-0.5e+10"),
                                true,
                                false,
                                JsonText.NULL),
                        "b",
                        Map.of(),
                        "c",
                        List.of(),
                        "d\u00e9\n/",
                        "\uD83D\uDE00"));
        assertThat(faults.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[",
                "]",
                "[1",
                "[1,",
                "[1,]",
                "[,1]",
                "[1 2]",
                "{",
                "{1:2}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1,\"a\":2}",
                "{a:1}",
                "'a'",
                "\"",
                "\"\\x\"",
                "\"\\u12G4\"",
                "\"\\u12\"",
                "\"\n\"",
                "\"\t\"",
                "01",
                "+1",
                ".5",
                "1.",
                "1e",
                "-",
                "NaN",
                "Infinity",
                "TRUE",
                "nulll",
                "1 1",
                "[] x",
                "// x\n1",
                "\u00a01",
                "\uFEFF1",
                "\0",
                "1\0",
                "\"a\\",
                "\"\\uD83\u0664\""
            })
    void what_is_no_json_is_refused(String text) {
        assertThat(JsonText.read(text, "x", faults)).isEmpty();
        assertThat(faults.list()).singleElement().asString().startsWith("must be x, was no JSON: ");
    }

    @Test
    void a_fault_is_told_by_its_position_alone() {
        JsonText.read("{\"password\": hunter2}", "x", faults);

        assertThat(faults).hasToString("must be x, was no JSON: expected a value at character 14");
    }

    @Test
    void depth_is_limited_and_not_by_the_stack() {
        assertThat(JsonText.read("[".repeat(100_000), "x", faults)).isEmpty();
        assertThat(faults).hasToString("must be x, was no JSON: it is nested too deep");
        assertThat(JsonText.read("[".repeat(100) + "]".repeat(100), "x", faults))
                .isPresent();
    }
}
