package etl.core;

import java.util.List;

/** The arguments of a run do not fit the pipeline's parameters; all faults are reported at once. */
public final class ArgumentsInvalidException extends EtlException {
    /** What is wrong, one sentence each. */
    private final List<String> faults;

    ArgumentsInvalidException(String pipeline, List<String> faults) {
        super("arguments of pipeline '" + pipeline + "': " + String.join("; ", faults), null);
        this.faults = List.copyOf(faults);
    }

    /**
     * What is wrong.
     *
     * @return one sentence for each fault
     */
    public List<String> faults() {
        return faults;
    }
}
