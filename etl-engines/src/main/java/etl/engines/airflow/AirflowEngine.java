package etl.engines.airflow;

import etl.core.Pipeline;
import etl.engines.Artifact;
import etl.engines.Engine;
import etl.engines.PythonParameter;
import java.util.List;
import java.util.Map;

/** Apache Airflow: one DAG file that runs on 2.11 and on 3. */
public final class AirflowEngine implements Engine {
    /** For the service loader. */
    public AirflowEngine() {}

    @Override
    public String name() {
        return "airflow";
    }

    @Override
    public Artifact export(Pipeline pipeline, String mainClass) {
        AirflowDag dag = new AirflowDag(pipeline, mainClass);
        return new Artifact(
                name(), pipeline.name(), Map.of("dags/" + pipeline.name() + ".py", dag.source()), dag.report());
    }

    @Override
    public String executable() {
        return "airflow";
    }

    @Override
    public String installation() {
        return "python3 -m venv airflow-venv && airflow-venv/bin/pip install apache-airflow";
    }

    @Override
    public List<List<String>> commands(EnginePlace place, Pipeline pipeline, Map<String, String> arguments) {
        String airflow = place.executable("airflow");
        return List.of(
                List.of(airflow, "db", "migrate"),
                List.of(airflow, "dags", "test", pipeline.name(), "--conf", PythonParameter.json(pipeline, arguments)));
    }

    @Override
    public Map<String, String> environment(EnginePlace place) {
        return Map.of(
                "AIRFLOW_HOME", place.work().toString(),
                "AIRFLOW__CORE__DAGS_FOLDER", place.artifact().resolve("dags").toString(),
                "AIRFLOW__CORE__LOAD_EXAMPLES", "False");
    }
}
