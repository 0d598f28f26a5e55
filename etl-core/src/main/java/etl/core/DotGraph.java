package etl.core;

import java.util.List;
import java.util.stream.Collectors;

/** A graph in Graphviz' DOT language. */
final class DotGraph {
    private static final int MOST_TASKS = 500;
    private static final int MOST_EDGES = 1_500;

    private DotGraph() {}

    static String of(Pipeline pipeline) {
        DrawnGraph graph = new DrawnGraph(pipeline, MOST_TASKS, MOST_EDGES);
        StringBuilder text = new StringBuilder();
        text.append("digraph ").append(quoted(pipeline.name())).append(" {\n    charset=\"UTF-8\";\n");
        text.append("    rankdir=LR;\n    labelloc=t;\n    label=").append(quoted(graph.title()));
        text.append(";\n    node [shape=box];\n");
        append(text, graph, graph.groups(), "    ");
        for (DrawnGraph.Edge edge : graph.edges()) {
            text.append("    ").append(edge.from()).append(" -> ").append(edge.to());
            text.append(" [style=").append(edge.carriesData() ? "solid" : "dashed");
            if (!edge.label().isEmpty()) {
                text.append(", label=").append(quoted(edge.label()));
            }
            text.append("];\n");
        }
        if (!graph.note().isEmpty()) {
            text.append("    note [shape=note, label=")
                    .append(quoted(graph.note()))
                    .append("];\n");
        }
        return text.append("}\n").toString();
    }

    private static void append(StringBuilder text, DrawnGraph graph, DrawnGroup group, String indent) {
        for (TaskView task : group.tasks()) {
            text.append(indent).append(graph.name(task.id())).append(" [label=");
            text.append(label(DrawnGraph.label(task))).append(attributes(graph.shape(task)));
            text.append("];\n");
        }
        for (DrawnGroup inner : group.groups()) {
            text.append(indent).append("subgraph cluster_").append(inner.name()).append(" {\n");
            text.append(indent)
                    .append("    label=")
                    .append(label(inner.label()))
                    .append(";\n");
            append(text, graph, inner, indent + "    ");
            text.append(indent).append("}\n");
        }
    }

    private static String label(List<String> lines) {
        return lines.stream().map(DotGraph::escaped).collect(Collectors.joining("\\n", "\"", "\""));
    }

    private static String attributes(DrawnGraph.Shape shape) {
        return switch (shape) {
            case TASK -> "";
            case BRANCH -> ", shape=diamond";
            case MAPPED -> ", shape=box3d";
            case CLEANUP -> ", style=rounded";
        };
    }

    private static String quoted(String text) {
        return '"' + escaped(text) + '"';
    }

    /** A backslash begins an escape such as \N, and an ampersand an HTML entity, even within quotes. */
    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("&", "&amp;");
    }
}
