package etl.examples.flights;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import etl.examples.Terminal;
import etl.examples.flights.FlightReport.Line;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The report for a terminal. */
final class ReportTables {
    private ReportTables() {}

    static void print(FlightReport report, PrintWriter out) {
        out.println();
        out.println(AsciiTable.getTable(
                border(),
                report.sources(),
                List.of(
                        text("source", Transformed::source),
                        number("rows", Transformed::total),
                        number("valid", Transformed::valid),
                        number("invalid", Transformed::invalid),
                        number("of these duplicates", Transformed::duplicates))));
        printLines("busiest airports", "airport", report.airports(), out);
        printLines("busiest states", "state", report.states(), out);
    }

    private static void printLines(String title, String place, List<Line> lines, PrintWriter out) {
        out.println();
        out.println(title);
        out.println(AsciiTable.getTable(
                border(),
                lines,
                List.of(
                        text(place, Line::place),
                        text("", Line::name),
                        number("departures", Line::departures),
                        right("late", line -> line.latePercent() + " %"),
                        right("mean delay", ReportTables::delay),
                        number("bird strikes", Line::strikes))));
    }

    private static Character[] border() {
        return Terminal.canShow("╔═╗") ? AsciiTable.FANCY_ASCII : AsciiTable.BASIC_ASCII;
    }

    static String delay(Line line) {
        return line.meanDelay() == null ? "-" : line.meanDelay() + " min";
    }

    private static <T> ColumnData<T> text(String header, Function<T, @Nullable String> value) {
        return new Column().header(header).dataAlign(HorizontalAlign.LEFT).with(value);
    }

    private static <T> ColumnData<T> right(String header, Function<T, @Nullable String> value) {
        return new Column().header(header).dataAlign(HorizontalAlign.RIGHT).with(value);
    }

    private static <T> ColumnData<T> number(String header, Function<T, Long> value) {
        return right(header, row -> String.format(Locale.ROOT, "%,d", value.apply(row)));
    }
}
