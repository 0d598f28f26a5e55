package etl.engines.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;

/** Lines of text in aligned columns. */
final class TextTable {
    private final List<String> head;
    private final List<String[]> rows = new ArrayList<>();

    TextTable(String... head) {
        this.head = List.of(head);
        rows.add(head);
    }

    void row(String... values) {
        rows.add(values);
    }

    void print(PrintWriter out) {
        Column[] columns = IntStream.range(0, head.size())
                .mapToObj(i -> new Column(width(i) + 2, 0, Column.Overflow.SPAN))
                .toArray(Column[]::new);
        Help.ColorScheme colors = Help.defaultColorScheme(Ansi.OFF);
        Help.TextTable table = Help.TextTable.forColumns(colors, columns);
        rows.forEach(row -> table.addRowValues(row));
        out.print(table);
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row[column].length()).max().orElse(0);
    }
}
