package etl.core;

import java.util.List;

/** The arguments of a run do not fit the pipeline's parameters; all faults are reported at once. */
public final class ArgumentsInvalidException extends EtlException {
    /** What is wrong, one sentence each. */
    private final List<String> faults;
    /** The names of the pipeline's parameters. */
    private final List<String> known;

    ArgumentsInvalidException(Pipeline pipeline, ArgumentFaults faults) {
        super("arguments of pipeline '" + pipeline.name() + "': " + faults + "; known: " + known(pipeline), null);
        this.faults = List.copyOf(faults.list());
        this.known = pipeline.parameters().stream().map(Parameter::name).toList();
        faults.causes().forEach(this::addSuppressed);
    }

    static String known(Pipeline pipeline) {
        return pipeline.parameters().isEmpty()
                ? "the pipeline has no parameters"
                : String.join(
                        ", ",
                        pipeline.parameters().stream()
                                .map(parameter -> parameter.name() + (parameter.isRequired() ? " (required)" : ""))
                                .toList());
    }

    /**
     * What is wrong.
     *
     * @return one sentence for each fault
     */
    public List<String> faults() {
        return faults;
    }

    /**
     * The parameters that the pipeline has.
     *
     * @return their names in the order of their declaration
     */
    public List<String> known() {
        return known;
    }
}
