package etl.engines.cli;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Pipeline;
import etl.core.RunReport;
import etl.core.spi.RunListener;
import etl.schedule.Tick;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What an application tells {@link EtlCli} of itself. */
public interface EtlHost {
    /** What the application is about to do with an orchestrator. */
    enum Purpose {
        /** Run pipelines in this process. */
        RUN,
        /** Execute one step of a run that an engine drives: a short process, of which many run at once. */
        STEP,
        /** Read runs, and mark, cancel or delete them, without executing anything. */
        READ
    }

    /**
     * The command that starts the application, for help and messages.
     *
     * @return for example {@code ./etl}
     */
    String command();

    /**
     * The class that an engine's artifact starts; its {@code main} calls {@link EtlCli}.
     *
     * @return its name
     */
    String mainClass();

    /**
     * The pipelines, the first one being the default. Called before {@link #open}.
     *
     * @return at least one pipeline
     */
    List<Pipeline> pipelines();

    /**
     * Opens an orchestrator.
     *
     * @param purpose what it is for
     * @param listeners listeners of the command line
     * @return the orchestrator, which the command line closes
     */
    Etl open(Purpose purpose, List<RunListener> listeners);

    /**
     * What processes that an engine starts need in their environment to reach the same store.
     *
     * @return variables by name; called after {@link #open}
     */
    Map<String, String> stepEnvironment();

    /**
     * A folder for artifacts and for the engines' own files.
     *
     * @return the folder, which need not exist
     */
    Path workFolder();

    /**
     * Shows the progress of a run to the person at a terminal. The default is plain lines.
     *
     * @param out where to write
     * @return a listener for one run, closed at its end if it is {@link AutoCloseable}
     */
    default RunListener progress(PrintWriter out) {
        return new PlainProgress(out);
    }

    /**
     * Makes the arguments of a run that the schedule of a pipeline starts, or a backfill of it. The default is none.
     *
     * @param pipeline a pipeline that declares a schedule
     * @param tick why the run is started
     * @return the arguments, the same for the same tick
     */
    default Arguments scheduled(Pipeline pipeline, Tick tick) {
        return Arguments.none();
    }

    /**
     * Says what a finished run has brought, after the list of its tasks.
     *
     * @param report how the run ended
     * @param out where to write
     */
    default void finished(RunReport report, PrintWriter out) {}
}
