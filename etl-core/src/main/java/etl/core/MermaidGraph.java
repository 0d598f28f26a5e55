package etl.core;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A Mermaid flowchart. Renderers refuse more than 500 edges and more than 50,000 characters unless their site is
 * configured otherwise, so fewer tasks are drawn until it fits.
 */
final class MermaidGraph {
    private static final int MOST_TASKS = 300;
    private static final int MOST_EDGES = 500;
    private static final int MOST_CHARACTERS = 50_000;

    private static final String ZERO_WIDTH_SPACE = "#8203;";

    private MermaidGraph() {}

    static String of(Pipeline pipeline) {
        int most = MOST_TASKS;
        String text = text(new DrawnGraph(pipeline, most, MOST_EDGES));
        while (text.length() > MOST_CHARACTERS) {
            most = most * 3 / 4;
            text = text(new DrawnGraph(pipeline, most, MOST_EDGES));
        }
        return text;
    }

    private static String text(DrawnGraph graph) {
        StringBuilder text = new StringBuilder();
        text.append("---\ntitle: ").append(title(graph.title())).append("\n---\nflowchart LR\n");
        append(text, graph, graph.groups(), "    ");
        for (DrawnGraph.Edge edge : graph.edges()) {
            text.append("    ").append(edge.from()).append(edge.carriesData() ? " --> " : " -.-> ");
            if (!edge.label().isEmpty()) {
                text.append("|\"").append(escaped(edge.label())).append("\"| ");
            }
            text.append(edge.to()).append('\n');
        }
        if (!graph.note().isEmpty()) {
            text.append("    note>\"").append(escaped(graph.note())).append("\"]\n");
        }
        return text.toString();
    }

    private static void append(StringBuilder text, DrawnGraph graph, DrawnGroup group, String indent) {
        for (TaskView task : group.tasks()) {
            List<String> brackets = brackets(graph.shape(task));
            text.append(indent).append(graph.name(task.id())).append(brackets.get(0));
            text.append(label(DrawnGraph.label(task))).append(brackets.get(1)).append('\n');
        }
        for (DrawnGroup inner : group.groups()) {
            text.append(indent).append("subgraph ").append(inner.name());
            text.append('[').append(label(inner.label())).append("]\n");
            append(text, graph, inner, indent + "    ");
            text.append(indent).append("end\n");
        }
    }

    private static String label(List<String> lines) {
        return lines.stream().map(MermaidGraph::escaped).collect(Collectors.joining("<br/>", "\"", "\""));
    }

    private static List<String> brackets(DrawnGraph.Shape shape) {
        return switch (shape) {
            case TASK -> List.of("[", "]");
            case BRANCH -> List.of("{", "}");
            case MAPPED -> List.of("[[", "]]");
            case CLEANUP -> List.of("([", "])");
        };
    }

    /** The front matter is YAML, and JSON is YAML. */
    private static String title(String text) {
        return JsonText.write(text)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("%", "\\u0025")
                .replace("{", "\\u007b");
    }

    /**
     * Everything but letters, digits, spaces and what joins words becomes a Mermaid entity: quotes end a label, and HTML,
     * Markdown and icon names are read within it.
     */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        int before = ' ';
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            int after = i < text.length() ? text.codePointAt(i) : ' ';
            boolean joins = (c == '_' || c == '-') && isPlain(before) && isPlain(after);
            if (isPlain(c) || c == ' ' || c == ',' || joins) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append('#').append(c).append(';');
            }
            if (isMisreadBefore(c, after)) {
                escaped.append(ZERO_WIDTH_SPACE);
            }
            before = c;
        }
        return escaped.toString();
    }

    /** Some marks are looked for when the entities have been resolved: \ and n, $$ for formulas, fa: for icons, Mermaid's own. */
    private static boolean isMisreadBefore(int c, int after) {
        return (c == '\\' && after == 'n')
                || (c == '$' && after == '$')
                || (c == ':' && after != ' ')
                || (c == '\ufb02' && after == '\u00b0');
    }

    private static boolean isPlain(int c) {
        return Character.isLetterOrDigit(c);
    }
}
