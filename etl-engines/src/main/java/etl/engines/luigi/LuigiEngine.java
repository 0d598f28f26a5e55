package etl.engines.luigi;

import etl.core.Pipeline;
import etl.engines.Artifact;
import etl.engines.Engine;
import etl.engines.PythonParameter;
import java.util.List;
import java.util.Map;

/** Luigi 3: one module with a class for each task and a main program. */
public final class LuigiEngine implements Engine {
    /** For the service loader. */
    public LuigiEngine() {}

    @Override
    public String name() {
        return "luigi";
    }

    @Override
    public Artifact export(Pipeline pipeline, String mainClass) {
        LuigiModule module = new LuigiModule(pipeline, mainClass);
        return new Artifact(name(), pipeline.name(), Map.of(file(pipeline.name()), module.source()), module.report());
    }

    private static String file(String pipeline) {
        return pipeline + "_luigi.py";
    }

    @Override
    public String executable() {
        return "luigi";
    }

    @Override
    public String installation() {
        return "python3 -m venv luigi-venv && luigi-venv/bin/pip install luigi";
    }

    @Override
    public List<List<String>> commands(EnginePlace place, Pipeline pipeline, Map<String, String> arguments) {
        return List.of(List.of(
                place.executable("python"),
                place.artifact().resolve(file(pipeline.name())).toString(),
                "--run-id",
                place.runId(),
                "--state",
                place.work().toString(),
                "--arguments",
                PythonParameter.json(pipeline, arguments)));
    }

    @Override
    public Map<String, String> environment(EnginePlace place) {
        return Map.of();
    }
}
