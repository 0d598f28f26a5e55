package etl.engines.luigi;

import etl.core.Pipeline;
import etl.engines.Artifact;
import etl.engines.Engine;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Luigi 3: one module with a class for each task and a main program. */
public final class LuigiEngine implements Engine {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

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
    public List<List<String>> commands(EnginePlace place, String pipeline, Map<String, String> arguments) {
        return List.of(List.of(
                place.executable("python"),
                place.artifact().resolve(file(pipeline)).toString(),
                "--run-id",
                place.runId(),
                "--state",
                place.work().toString(),
                "--arguments",
                MAPPER.writeValueAsString(arguments)));
    }

    @Override
    public Map<String, String> environment(EnginePlace place) {
        return Map.of();
    }
}
