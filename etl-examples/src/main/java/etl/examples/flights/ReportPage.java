package etl.examples.flights;

import etl.core.RunId;
import etl.examples.flights.FlightReport.Line;
import java.util.List;
import java.util.Locale;

/** The report as one HTML file without scripts and without anything from outside. */
final class ReportPage {
    private static final String STYLE = """
            body { font: 16px/1.5 system-ui, sans-serif; color: #1c2733; background: #f6f7f9; margin: 0 }
            main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem }
            h1 { margin: 0 } h2 { margin: 2rem 0 .5rem } p.run { color: #66727f; margin: 0 0 1rem }
            table { border-collapse: collapse; width: 100%; background: #fff; box-shadow: 0 1px 3px #0002 }
            th, td { padding: .4rem .7rem; text-align: left; border-bottom: 1px solid #e6e9ed }
            th { font-size: .8rem; text-transform: uppercase; letter-spacing: .04em; color: #66727f }
            td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
            .bar { display: inline-block; height: .7rem; background: #2f6fde; border-radius: 2px; vertical-align: middle }
            .bar.late { background: #d9822b }
            """;

    private ReportPage() {}

    static String html(RunId run, FlightReport report) {
        StringBuilder page = new StringBuilder();
        page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<title>Flights</title>\n<style>\n")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<main>\n<h1>Delays and bird strikes</h1>\n<p class=\"run\">run ")
                .append(escape(run.toString()))
                .append("</p>\n");
        appendSources(page, report.sources());
        appendLines(page, "Busiest airports", "Airport", report.airports());
        appendLines(page, "Busiest states", "State", report.states());
        return page.append("</main>\n</body>\n</html>\n").toString();
    }

    private static void appendSources(StringBuilder page, List<Transformed> sources) {
        page.append("<h2>What was read</h2>\n<table>\n<tr><th>Source<th class=\"n\">Rows<th class=\"n\">Valid")
                .append("<th class=\"n\">Invalid<th class=\"n\">Of these duplicates</tr>\n");
        for (Transformed source : sources) {
            page.append("<tr><td>").append(escape(source.source()));
            number(page, source.total());
            number(page, source.valid());
            number(page, source.invalid());
            number(page, source.duplicates());
            page.append("</tr>\n");
        }
        page.append("</table>\n");
    }

    private static void appendLines(StringBuilder page, String title, String place, List<Line> lines) {
        long most = lines.stream().mapToLong(Line::departures).max().orElse(1);
        page.append("<h2>")
                .append(title)
                .append("</h2>\n<table>\n<tr><th>")
                .append(place)
                .append("<th><th class=\"n\">Departures<th><th class=\"n\">Late<th><th class=\"n\">Mean delay"
                        + "<th class=\"n\">Bird strikes</tr>\n");
        for (Line line : lines) {
            page.append("<tr><td><b>")
                    .append(escape(line.place()))
                    .append("</b><td>")
                    .append(escape(line.name()));
            number(page, line.departures());
            bar(page, "bar", 120.0 * line.departures() / Math.max(1, most));
            page.append("<td class=\"n\">").append(line.latePercent()).append(" %");
            bar(page, "bar late", (double) line.latePercent());
            page.append("<td class=\"n\">").append(escape(ReportTables.delay(line)));
            number(page, line.strikes());
            page.append("</tr>\n");
        }
        page.append("</table>\n");
    }

    private static void number(StringBuilder page, long value) {
        page.append("<td class=\"n\">").append(String.format(Locale.ROOT, "%,d", value));
    }

    private static void bar(StringBuilder page, String kind, double width) {
        page.append("<td><span class=\"")
                .append(kind)
                .append("\" style=\"width:")
                .append(Math.round(width))
                .append("px\"></span>");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
