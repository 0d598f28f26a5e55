package etl.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PythonLiteralProperties {
    /** One process checks many strings: each line holds a literal and the code points that it must have. */
    private static final String CHECK = """
            import ast, sys
            for line in sys.stdin:
                literal, _, points = line.rstrip("\\n").partition("\\t")
                value = ast.literal_eval(literal)
                assert [ord(c) for c in value] == [int(p) for p in points.split()], literal
                assert literal.isascii(), literal
            """;

    @Property(tries = 5)
    void python_reads_back_any_text(@ForAll("manyTexts") List<String> texts) throws Exception {
        String lines = texts.stream()
                .map(text -> PythonLiteral.of(text) + "\t"
                        + text.codePoints().mapToObj(Integer::toString).collect(Collectors.joining(" ")) + "\n")
                .collect(Collectors.joining());

        assertThat(Python.run(lines, "-c", CHECK)).isEmpty();
    }

    @Provide
    Arbitrary<List<String>> manyTexts() {
        Arbitrary<String> any = Arbitraries.strings()
                .all()
                .filter(text -> text.codePoints().noneMatch(p -> p >= 0xD800 && p <= 0xDFFF));
        Arbitrary<String> hostile = Arbitraries.of(
                        "\"",
                        "'",
                        "\\",
                        "\n",
                        "\r",
                        "\t",
                        "\0",
                        "\"\"\"",
                        "{{ x }}",
                        "%s",
                        "$(id)",
                        "`id`",
                        "\u2028",
                        "\u05D0",
                        "\uD83D\uDE00",
                        "\\x00",
                        "\\N{DIGIT ONE}",
                        "\u0085")
                .list()
                .ofMaxSize(8)
                .map(parts -> String.join("", parts));
        return Arbitraries.oneOf(any, hostile).list().ofSize(200);
    }

    @Example
    void half_of_a_surrogate_pair_is_refused() {
        assertThatThrownBy(() -> PythonLiteral.of("a\uD83D")).isInstanceOf(ExportRefusedException.class);
    }
}
