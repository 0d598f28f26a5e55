package etl.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Java code in the documentation is code that the build compiles. */
class DocumentationTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SNIPPET = Pattern.compile("// snippet\\n(.*?)\\n[ ]*// end", Pattern.DOTALL);
    private static final List<String> SOURCES = List.of(
            "etl-core/src/it/host-application/src/main/java/Orders.java",
            "etl-examples/src/test/java/etl/examples/CachingPageTest.java",
            "etl-examples/src/test/java/etl/examples/DatabasePageTest.java",
            "etl-examples/src/test/java/etl/examples/HookSnippets.java",
            "etl-examples/src/test/java/etl/examples/InspectionPageTest.java",
            "etl-examples/src/test/java/etl/examples/ParametersPageTest.java",
            "etl-examples/src/test/java/etl/examples/RecoveryPageTest.java",
            "etl-examples/src/test/java/etl/examples/RetentionPageTest.java",
            "etl-examples/src/test/java/etl/examples/RunControlPageTest.java",
            "etl-examples/src/test/java/etl/examples/SchedulesPageTest.java",
            "etl-examples/src/test/java/etl/examples/Snippets.java",
            "etl-examples/src/test/java/etl/examples/SubPipelinesPageTest.java",
            "etl-examples/src/test/java/etl/examples/TaskModelPagesTest.java",
            "etl-examples/src/test/java/etl/examples/TestingPageTest.java",
            "etl-examples/src/test/java/etl/examples/TransactionsPageTest.java");

    @Test
    void every_java_block_is_compiled() throws IOException {
        List<String> compiled = new ArrayList<>();
        for (String source : SOURCES) {
            Matcher snippet = SNIPPET.matcher(Files.readString(ROOT.resolve(source)));
            while (snippet.find()) {
                compiled.add(normalized(snippet.group(1)));
            }
        }
        int blocks = 0;
        for (Path page : pages()) {
            Matcher block = JAVA_BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                blocks++;
                assertThat(compiled).as("code in %s", page).contains(normalized(block.group(1)));
            }
        }
        assertThat(blocks).isGreaterThanOrEqualTo(5);
    }

    @Test
    void the_first_pipeline_has_at_most_15_lines_of_code() throws IOException {
        Matcher block = JAVA_BLOCK.matcher(Files.readString(ROOT.resolve("README.md")));

        assertThat(block.find()).isTrue();
        assertThat(block.group(1).lines().filter(line -> !line.isBlank()).count())
                .isLessThanOrEqualTo(15);
    }

    @Test
    void links_between_pages_lead_somewhere() throws IOException {
        for (Path page : pages()) {
            Matcher link = Pattern.compile("\\]\\((?!https?:)([^)#]+)").matcher(Files.readString(page));
            while (link.find()) {
                assertThat(page.resolveSibling(link.group(1))).exists();
            }
        }
    }

    @Test
    void the_tests_that_the_page_on_reliability_names_are_there() throws IOException {
        Set<String> there = new HashSet<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests : modules.map(module -> module.resolve("src/test"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    files.forEach(file -> there.add(file.getFileName().toString()));
                }
            }
        }
        List<String> named = Pattern.compile("`(?:[a-z]+\\.)*([A-Z][A-Za-z]*(?:Test|Properties|IT))`")
                .matcher(Files.readString(ROOT.resolve("docs/reliability.md")))
                .results()
                .map(name -> name.group(1) + ".java")
                .toList();

        assertThat(named).hasSizeGreaterThan(50);
        assertThat(there).containsAll(named);
    }

    /** The first block of a language on a page, for tests of what it shows. */
    static String block(String page, String language) {
        try {
            Matcher block = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                    .matcher(Files.readString(ROOT.resolve(page)));
            assertThat(block.find()).isTrue();
            return block.group(1).strip();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")),
                            docs.filter(file -> file.toString().endsWith(".md")))
                    .toList();
        }
    }

    private static String normalized(String code) {
        return code.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }
}
