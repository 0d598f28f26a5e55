package etl.core;

import java.util.List;

/** A pipeline's declaration has faults; {@link PipelineBuilder#build()} reports all of them at once. */
public final class PipelineInvalidException extends EtlException {
    /** What is wrong, one sentence each. */
    private final List<String> faults;

    PipelineInvalidException(String pipeline, List<String> faults) {
        super(
                "pipeline '" + pipeline + "' has " + (faults.size() == 1 ? "a fault" : faults.size() + " faults") + ": "
                        + String.join("; ", faults),
                null);
        this.faults = List.copyOf(faults);
    }

    /**
     * What is wrong.
     *
     * @return one sentence for each fault, naming the task and the way out
     */
    public List<String> faults() {
        return faults;
    }
}
