package etl.engines;

import static org.assertj.core.api.Assertions.assertThat;

import etl.core.Pipeline;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.jackson.databind.json.JsonMapper;

class PortablePatternProperties {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** What Java accepts, an engine must not refuse. */
    private static final String CHECK = """
            import json, re, sys
            for exported, text in json.load(sys.stdin):
                assert re.search(exported, text), (exported, text)
            """;

    record Case(String regex, String text) {}

    private static Object exported(String regex) {
        return new PythonParameter(Pipeline.named("p")
                        .parameter("p", String.class)
                        .matching(regex)
                        .required())
                .schema()
                .get("pattern");
    }

    @Property(tries = 20)
    void python_accepts_what_java_accepts(@ForAll("cases") List<Case> cases) throws Exception {
        List<List<Object>> accepted = cases.stream()
                .filter(c -> Pattern.matches(c.regex(), c.text()))
                .map(c -> List.of(exported(c.regex()), (Object) c.text()))
                .toList();

        assertThat(Python.run(MAPPER.writeValueAsString(accepted), "-W", "error", "-c", CHECK))
                .isEmpty();
    }

    @Provide
    Arbitrary<List<Case>> cases() {
        Arbitrary<String> atoms = Arbitraries.of(
                "a",
                "b",
                "5",
                "_",
                "-",
                " ",
                "/",
                "[ab]",
                "[a-c0-9.]",
                "\\d",
                "\\.",
                "(a|b)",
                "(?:a5|)",
                "(a(?:b|\\d))");
        Arbitrary<String> counts = Arbitraries.of("", "", "?", "*", "+", "{2}", "{1,}", "{0,2}");
        Arbitrary<String> regexes = Combinators.combine(atoms, counts)
                .as((atom, count) -> atom + count)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(parts -> String.join("", parts));
        Arbitrary<String> texts = Arbitraries.strings().withChars("ab5_- /.c").ofMaxLength(4);
        return Combinators.combine(regexes, texts).as(Case::new).list().ofSize(2000);
    }

    @Example
    void what_may_mean_something_else_elsewhere_is_not_exported() {
        for (String regex : List.of(
                "(?i)a",
                "a++",
                "a*?",
                "\\p{L}",
                "\\w",
                "\\D",
                "[^a]",
                "[a&&b]",
                ".",
                "^a$",
                "(?<name>a)",
                "\\bx",
                "\\Qa\\E",
                "\u00e4")) {
            assertThat(exported(regex)).as(regex).isNull();
        }
    }
}
