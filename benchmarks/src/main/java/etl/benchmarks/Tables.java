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
    private final Map<Contestants, Map<Column, Figures>> runs = new EnumMap<>(Contestants.class);
    private final Map<String, Figures> builds = new TreeMap<>();
    private final Set<Column> columns = new TreeSet<>();
    private final StringBuilder text = new StringBuilder();

    private record Column(int tasks, Shape shape) implements Comparable<Column> {
        static Column of(BenchmarkParams params) {
            return new Column(Integer.parseInt(params.getParam("tasks")), Shape.valueOf(params.getParam("shape")));
        }

        @Override
        public int compareTo(Column other) {
            return tasks == other.tasks ? shape.compareTo(other.shape) : Integer.compare(tasks, other.tasks);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s, %,d", shape.name().toLowerCase(Locale.ROOT), tasks);
        }
    }

    Tables(Collection<RunResult> results) {
        for (RunResult result : results) {
            BenchmarkParams params = result.getParams();
            Column column = Column.of(params);
            String contestant = params.getParam("contestant");
            if (contestant == null) {
                String name = params.getBenchmark();
                builds.put(name.substring(name.lastIndexOf('.') + 1) + "(), " + column, Figures.of(result));
            } else {
                columns.add(column);
                runs.computeIfAbsent(Contestants.valueOf(contestant), row -> new TreeMap<>())
                        .put(column, Figures.of(result));
            }
        }
    }

    String markdown() {
        text.setLength(0);
        table("ns a task (fastest-slowest fork), cpu ns [bytes]", Tables::figures);
        ratios(Contestants.COUNTERS);
        ratios(Contestants.COUNTERS_CODE);
        ratios(Contestants.ETL_ALL);
        builds.forEach((what, figures) ->
                text.append("- ").append(what).append(": ").append(figures).append('\n'));
        return text.toString();
    }

    private static String figures(Column column, Figures figures) {
        return figures.tasks() == column.tasks()
                ? figures.toString()
                : String.format(Locale.ROOT, "with %,d: %s", figures.tasks(), figures);
    }

    private void ratios(Contestants reference) {
        Map<Column, Figures> one = runs.getOrDefault(reference, Map.of());
        if (!one.isEmpty()) {
            table("time, where " + reference.title() + " is 1", (column, figures) -> {
                Figures unit = one.get(column);
                return unit == null ? "" : ratio(figures.nanos() / unit.nanos());
            });
        }
    }

    private static String ratio(double times) {
        return String.format(Locale.ROOT, times < 10 ? "%.2f" : "%,.0f", times);
    }

    private void table(String title, BiFunction<Column, Figures, String> cell) {
        if (runs.isEmpty()) {
            return;
        }
        text.append("| ").append(title).append(" |");
        columns.forEach(column -> text.append(' ').append(column).append(" |"));
        text.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
        runs.forEach((contestant, row) -> {
            text.append("| ").append(contestant.title()).append(" |");
            for (Column column : columns) {
                Figures figures = row.get(column);
                text.append(' ')
                        .append(figures == null ? "" : cell.apply(column, figures))
                        .append(" |");
            }
            text.append('\n');
        });
        text.append('\n');
    }
}
