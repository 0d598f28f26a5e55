package etl.engines;

import etl.core.Pipeline;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * Translates pipelines into artifacts of one outside engine. Found by {@link ServiceLoader}. Implementations have no state
 * and are safe for use by many threads.
 *
 * <p>What an artifact must be: static code that needs nothing but the engine itself; the same bytes for the same pipeline;
 * every string written by a literal printer; one retry owner per task; and every task executed by the Java program
 * through {@link TaskContract}.
 */
public interface Engine {
    /**
     * The engine's name on the command line and in {@code pipeline_runs.engine}.
     *
     * @return a lower-case word
     */
    String name();

    /**
     * Translates a pipeline.
     *
     * @param pipeline the pipeline
     * @param mainClass the class whose {@code main} understands {@link TaskContract}
     * @return the artifact
     * @throws ExportRefusedException if the pipeline cannot be run on this engine
     */
    Artifact export(Pipeline pipeline, String mainClass);

    /**
     * The executable by which the engine is recognised.
     *
     * @return its file name, such as {@code airflow}
     */
    String executable();

    /**
     * What to tell a user who has not installed the engine.
     *
     * @return a command
     */
    String installation();

    /**
     * The commands that run an exported pipeline once, one after the other, through the engine's own command line.
     *
     * @param place where the artifact and the engine are
     * @param pipeline the pipeline
     * @param arguments the text form of the arguments
     * @return each command as a list of arguments; the run succeeds if all exit with 0
     */
    List<List<String>> commands(EnginePlace place, Pipeline pipeline, Map<String, String> arguments);

    /**
     * The environment that the commands need, on top of the present one.
     *
     * @param place where the artifact and the engine are
     * @return variables by name
     */
    Map<String, String> environment(EnginePlace place);

    /**
     * Where an engine finds things when it runs an artifact.
     *
     * @param artifact the folder of the exported artifact
     * @param bin the folder of the engine's executables
     * @param work a folder for the engine's own files
     * @param runId the id that the engine shall give the run, if it lets itself be told
     */
    record EnginePlace(Path artifact, Path bin, Path work, String runId) {
        /**
         * An executable of the engine.
         *
         * @param name its file name
         * @return its path
         */
        public String executable(String name) {
            return bin.resolve(name).toString();
        }
    }
}
