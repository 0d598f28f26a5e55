package etl.core;

/**
 * The graph of a pipeline as text: Mermaid and DOT for pictures, JSON for programs. The same pipeline always gives the
 * same text. A picture shows each task with its description and with the options that differ from the defaults; a solid
 * line carries an output, a dashed one only the order, a frame is a group. Immutable and safe for use by many threads.
 */
public final class PipelineGraph {
    private final Pipeline pipeline;

    private PipelineGraph(Pipeline pipeline) {
        this.pipeline = pipeline;
    }

    /**
     * The graph of a pipeline.
     *
     * @param pipeline the pipeline
     * @return its graph
     */
    public static PipelineGraph of(Pipeline pipeline) {
        return new PipelineGraph(pipeline);
    }

    /**
     * A Mermaid flowchart, as Markdown pages show it. Of a large pipeline only the first tasks in topological order are
     * drawn, at most 300 with at most 500 dependencies, and a note says so.
     *
     * @return the source, with a line feed at its end
     */
    public String toMermaid() {
        return MermaidGraph.of(pipeline);
    }

    /**
     * A graph in the DOT language, for Graphviz. Of a large pipeline only the first tasks in topological order are drawn, at
     * most 500 with at most 1,500 dependencies, and a note says so.
     *
     * @return the source, with a line feed at its end
     */
    public String toDot() {
        return DotGraph.of(pipeline);
    }

    /**
     * Everything that the pipeline declares: parameters, and all tasks in topological order with upstream and downstream
     * tasks and options; what was not declared is absent. A secret is there as its reference only.
     *
     * @return one JSON object in one line, without a line feed
     */
    public String toJson() {
        return JsonGraph.of(pipeline);
    }

    @Override
    public String toString() {
        return "graph of " + pipeline;
    }
}
