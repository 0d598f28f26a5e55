package etl.benchmarks;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;

/** Results as Markdown: one row for each contestant, one column for each graph. */
final class Tables {
    private final Map<Contestants, Map<String, Figures>> runs = new EnumMap<>(Contestants.class);
    private final Map<String, Figures> others = new TreeMap<>();
    private final Set<String> graphs = new TreeSet<>();
    private final StringBuilder text = new StringBuilder();

    Tables(Collection<RunResult> results) {
        for (RunResult result : results) {
            BenchmarkParams params = result.getParams();
            String graph = params.getParam("shape").toLowerCase(Locale.ROOT) + " " + params.getParam("tasks");
            String contestant = params.getParam("contestant");
            if (contestant == null) {
                String name = params.getBenchmark();
                others.put(name.substring(name.lastIndexOf('.') + 1) + ", " + graph, Figures.of(result));
            } else {
                graphs.add(graph);
                runs.computeIfAbsent(Contestants.valueOf(contestant), row -> new TreeMap<>())
                        .put(graph, Figures.of(result));
            }
        }
    }

    String markdown() {
        text.setLength(0);
        table("ns a task (fastest-slowest fork), cpu ns [bytes]", (graph, figures) -> figures.toString());
        ratios(Contestants.COUNTERS);
        ratios(Contestants.ETL_ALL);
        others.forEach((what, figures) ->
                text.append("- ").append(what).append(": ").append(figures).append('\n'));
        return text.toString();
    }

    private void ratios(Contestants reference) {
        Map<String, Figures> one = runs.getOrDefault(reference, Map.of());
        if (!one.isEmpty()) {
            table("time, where " + reference.title() + " is 1", (graph, figures) -> {
                Figures unit = one.get(graph);
                return unit == null ? "" : ratio(figures.nanos() / unit.nanos());
            });
        }
    }

    private static String ratio(double times) {
        return String.format(Locale.ROOT, times < 10 ? "%.2f" : "%,.0f", times);
    }

    private void table(String title, BiFunction<String, Figures, String> cell) {
        if (runs.isEmpty()) {
            return;
        }
        text.append("| ")
                .append(title)
                .append(" | ")
                .append(String.join(" | ", graphs))
                .append(" |\n|---|");
        text.append("---|".repeat(graphs.size())).append('\n');
        runs.forEach((contestant, row) -> {
            text.append("| ").append(contestant.title()).append(" |");
            for (String graph : graphs) {
                Figures figures = row.get(graph);
                text.append(' ')
                        .append(figures == null ? "" : cell.apply(graph, figures))
                        .append(" |");
            }
            text.append('\n');
        });
        text.append('\n');
    }
}
