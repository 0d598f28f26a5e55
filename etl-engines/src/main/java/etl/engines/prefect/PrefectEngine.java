package etl.engines.prefect;

import etl.core.Pipeline;
import etl.engines.Artifact;
import etl.engines.Engine;
import etl.engines.PythonParameter;
import java.util.List;
import java.util.Map;

/** Prefect 3: one flow file that runs by itself or as a deployment. */
public final class PrefectEngine implements Engine {
    /** For the service loader. */
    public PrefectEngine() {}

    @Override
    public String name() {
        return "prefect";
    }

    @Override
    public Artifact export(Pipeline pipeline, String mainClass) {
        PrefectFlow flow = new PrefectFlow(pipeline, mainClass);
        return new Artifact(name(), pipeline.name(), Map.of(file(pipeline.name()), flow.source()), flow.report());
    }

    private static String file(String pipeline) {
        return pipeline + "_prefect.py";
    }

    @Override
    public String executable() {
        return "prefect";
    }

    @Override
    public String installation() {
        return "python3 -m venv prefect-venv && prefect-venv/bin/pip install prefect 'fastapi<0.151'";
    }

    @Override
    public List<List<String>> commands(EnginePlace place, Pipeline pipeline, Map<String, String> arguments) {
        return List.of(List.of(
                place.executable("python"),
                place.artifact().resolve(file(pipeline.name())).toString(),
                "--arguments",
                PythonParameter.json(pipeline, arguments)));
    }

    @Override
    public Map<String, String> environment(EnginePlace place) {
        return Map.of(
                "PREFECT_HOME", place.work().toString(),
                "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "true",
                "PREFECT_SERVER_ANALYTICS_ENABLED", "false",
                "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120",
                "DO_NOT_TRACK", "1");
    }
}
