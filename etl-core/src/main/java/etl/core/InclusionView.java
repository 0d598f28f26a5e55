package etl.core;

import java.util.List;

/**
 * A pipeline that is a part of another one, as plain data. Its tasks are tasks of the outer pipeline, with ids that begin
 * with the path of the inclusion.
 *
 * @param path the name of the inclusion; within an included pipeline after that one's path and a slash
 * @param group the {@linkplain TaskView#group() group} that all its tasks are in
 * @param pipeline the name of the included pipeline
 * @param description what the included pipeline does, empty if that was not said
 * @param after ids of the tasks of the outer pipeline that must have succeeded before it starts
 * @param arguments where the values of its parameters come from
 */
public record InclusionView(
        String path, String group, String pipeline, String description, List<String> after, List<Argument> arguments) {
    /**
     * Copies the lists.
     *
     * @param path the name of the inclusion
     * @param group the group that all its tasks are in
     * @param pipeline the name of the included pipeline
     * @param description what the included pipeline does
     * @param after ids of the tasks of the outer pipeline that must have succeeded before it starts
     * @param arguments where the values of its parameters come from
     */
    public InclusionView {
        after = List.copyOf(after);
        arguments = List.copyOf(arguments);
    }

    /** Where a value comes from. */
    public enum Source {
        /** It is known when the pipeline is declared: given as such, or the parameter's default. */
        VALUE,
        /** It is the argument of a parameter of the outer pipeline. */
        PARAMETER,
        /** It is the output of a task of the outer pipeline. */
        OUTPUT
    }

    /**
     * Where the value of one parameter comes from.
     *
     * @param parameter the parameter's name
     * @param source where from
     * @param value the text form of the value, the name of the outer pipeline's parameter, or the id of the task
     */
    public record Argument(String parameter, Source source, String value) {}
}
