package etl.core;

import etl.core.spi.StoredRun;

/** Whether a stored run may be continued by a pipeline. */
final class Resumption {
    private Resumption() {}

    static void check(StoredRun stored, Pipeline pipeline) {
        RunId id = stored.definition().id();
        checkDefinition(stored, pipeline);
        if (stored.state() == RunState.SUCCEEDED) {
            throw new ResumeRefusedException("run " + id + " has succeeded; there is nothing to resume");
        }
    }

    static void checkDefinition(StoredRun stored, Pipeline pipeline) {
        RunId id = stored.definition().id();
        if (!stored.definition().pipeline().equals(pipeline.name())) {
            throw new ResumeRefusedException("run " + id + " belongs to pipeline '"
                    + stored.definition().pipeline() + "' and not to '" + pipeline.name() + "'");
        }
        if (!stored.definition().fingerprint().equals(pipeline.fingerprint())) {
            throw new ResumeRefusedException("run " + id + " was begun by another definition of pipeline '"
                    + pipeline.name() + "' (fingerprint " + stored.definition().fingerprint() + ", now "
                    + pipeline.fingerprint()
                    + "): its tasks, dependencies, parameters or output types have changed; start a new run, or resume"
                    + " with the former definition");
        }
    }
}
